import { type Command, Option } from 'commander';
import { commaSeparated, futureTime, wholeNumber } from './option-values.ts';

/** What belongs to a tenant (channels, users, keys, deliveries), and the secrets of all. */
export function addFleetCommands(program: Command): void {
  addChannel(program);
  addUser(program);
  addKey(program);

  const inbound = program.command('inbound').description('what platforms have sent and could not be applied');
  const load = () => import('./commands/inbound.ts');
  inbound
    .command('list <slug>')
    .description('deliveries and facts that are parked, and why')
    .option('--json', 'one JSON document')
    .action(async (slug, options) => (await load()).inboundList(slug, options));
  inbound
    .command('replay <slug>')
    .description('apply what is parked again, once its cause is gone')
    .option('--json', 'one JSON document')
    .action(async (slug, options) => (await load()).inboundReplay(slug, options));
  inbound
    .command('discard <slug> [id...]')
    .description('give up what is parked')
    .option('--all', 'everything that is parked')
    .option('--json', 'one JSON document')
    .action(async (slug, ids, options) => (await load()).inboundDiscard(slug, ids, options));

  program
    .command('secrets')
    .description('the keys that seal what is secret')
    .command('rotate')
    .description(
      'a new master key; every sealed value sealed anew. Run again after a crash, it does what is left',
    )
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
With the key in DATA_DIR: stop Concierge, run this, start it again.
With MASTER_KEY: set MASTER_KEY to a new key and MASTER_KEY_PREVIOUS to the present one, restart every process with
both, run this with both, and leave MASTER_KEY_PREVIOUS out of the next restart. Nothing stands still meanwhile.
People sign in again once the former key is gone.`,
    )
    .action(async options => (await import('./commands/secrets-rotate.ts')).secretsRotate(options));
}

/** The least that a person needs; docs/platforms has all of it. */
const CHANNEL_SETTINGS = `
Platforms and their settings (docs/platforms tells of each):
  whatsapp   phoneNumberId, businessAccountId, accessToken, appSecret
  facebook   pageId, pageAccessToken, appSecret
  instagram  accountId, accessToken, appSecret, login (facebook or instagram)
  telegram   botToken
  email      address, imap and smtp, each with host, user, password
  sms        accountSid, authToken, from
  crisp      websiteId, identifier, key, hookSecret
  tidio      projectPublicKey, clientId, clientSecret, webhookSecret; operatorId to answer tickets
  whatsapp_web  none; pair the phone afterwards with: channel pair
  widget     allowedDomains, such as ["example.com"]
  api        none is needed; callbackUrl is where answers of agents are posted`;

function addChannel(program: Command): void {
  const channel = program.command('channel').description("a tenant's connected accounts");
  channel
    .command('add <slug> <platform>')
    .description('connect an account; what is not given is made and shown')
    .requiredOption('--name <name>', 'as agents see it')
    .option('--settings <file>', 'JSON with the settings of the platform; - reads stdin')
    .option('--json', 'one JSON document')
    .addHelpText('after', CHANNEL_SETTINGS)
    .action(async (slug, platform, options) =>
      (await import('./commands/channel.ts')).channelAdd(slug, platform, options),
    );
  channel
    .command('list <slug>')
    .description('with health, webhook URL and widget key')
    .option('--json', 'one JSON document')
    .action(async (slug, options) => (await import('./commands/channel.ts')).channelList(slug, options));
  channel
    .command('health <slug>')
    .description('ask each platform how the account stands; traffic and errors of the last day')
    .option('--json', 'one JSON document')
    .action(async (slug, options) => (await import('./commands/channel.ts')).channelHealth(slug, options));
  channel
    .command('pair <slug>')
    .argument('<id>', 'as shown by channel list', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .description('show the code that the phone has to read, of a WhatsApp Web channel of the running product')
    .option('--restore', 'bring the session of the last seven days back instead')
    .option('--wait <seconds>', 'how long to wait for the phone', wholeNumber(5, 3600), 180)
    .option('--json', 'one JSON document')
    .action(async (slug, id, options) =>
      (await import('./commands/channel-pair.ts')).channelPair(slug, id, options),
    );
  channel
    .command('recall <slug>')
    .argument('<id>', 'as shown by channel list', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .description('fetch from the platform what was said since then, as after an outage')
    .requiredOption('--since <time>', 'such as 2026-11-21T08:00:00Z')
    .option('--json', 'one JSON document')
    .action(async (slug, id, options) =>
      (await import('./commands/channel.ts')).channelRecall(slug, id, options),
    );
  channel
    .command('remove <slug>')
    .argument('<id>', 'as shown by channel list', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .description('disconnect an account; its conversations stay')
    .option('--json', 'one JSON document')
    .action(async (slug, id, options) =>
      (await import('./commands/channel.ts')).channelRemove(slug, id, options),
    );
}

function addUser(program: Command): void {
  const user = program.command('user').description("a tenant's people");
  user
    .command('add <slug>')
    .description('the password is shown once')
    .requiredOption('--email <email>', 'to sign in with')
    .requiredOption('--name <name>', 'as others see it')
    .addOption(
      new Option('--role <role>', 'what they may do').choices(['admin', 'lead', 'agent']).default('agent'),
    )
    .option('--password <password>', 'otherwise one is made')
    .option('--json', 'one JSON document')
    .action(async (slug, options) => (await import('./commands/user.ts')).userAdd(slug, options));
  user
    .command('reset-password <slug> <email>')
    .description('a new password; all sessions of the user end')
    .option('--password <password>', 'otherwise one is made')
    .option('--json', 'one JSON document')
    .action(async (slug, email, options) =>
      (await import('./commands/user.ts')).userResetPassword(slug, email, options),
    );
}

function addKey(program: Command): void {
  const key = program.command('key').description("a tenant's API keys");
  key
    .command('create <slug>')
    .description('the key is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--permissions <list>', 'separated by commas; otherwise all', commaSeparated)
    .option('--expires <time>', 'like 30d, 12h or 2030-01-31; otherwise never', futureTime)
    .option('--json', 'one JSON document')
    .action(async (slug, options) => (await import('./commands/key.ts')).keyCreate(slug, options));
  key
    .command('list <slug>')
    .description('with when each was used last')
    .option('--json', 'one JSON document')
    .action(async (slug, options) => (await import('./commands/key.ts')).keyList(slug, options));
  key
    .command('revoke <slug> <key>')
    .description('by id or prefix; running servers refuse it within two seconds')
    .option('--json', 'one JSON document')
    .action(async (slug, idOrPrefix, options) =>
      (await import('./commands/key.ts')).keyRevoke(slug, idOrPrefix, options),
    );
}

import { Command, Help, Option } from 'commander';
import { VERSION } from '../app/version.ts';
import { decimal, wholeNumber } from './option-values.ts';
import { addFleetCommands } from './program-fleet.ts';
import { addTenantCommands } from './program-tenant.ts';

/** As commander writes it, and whether one can do without. */
function describe(option: Option): string {
  const description = new Help().optionDescription(option);
  return option.mandatory ? `${description} (required)` : description;
}

/**
 * Every command with its flags. What a command does is loaded when it runs: `tenant list` waits for no web server.
 */
export function buildProgram(): Command {
  const program = new Command('concierge')
    .description('Omni-channel unified inbox with one Postgres database per tenant.')
    .version(VERSION)
    .option('--verbose', 'more about an error')
    .exitOverride()
    .configureHelp({ optionDescription: describe })
    // One line, also where commander adds a guess on a second.
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) });

  program
    .command('start')
    .description('run the product; with no settings on an embedded Postgres')
    .addOption(
      new Option('--role <role>', 'what this process does').choices(['all', 'web', 'worker']).default('all'),
    )
    .option('--demo', 'make the demo tenant also on a Postgres of your own')
    .option('--no-demo', 'neither make it nor play its customers')
    .option('--json', 'one JSON document when it is ready')
    .action(async options => (await import('./commands/start.ts')).start(options));

  program
    .command('doctor')
    .description('check every part, say what is wrong and how to mend it')
    .option('--tenant <slug>', 'of the tenants only this one')
    .option('--json', 'one JSON document')
    .action(async options => (await import('./commands/doctor.ts')).doctor(options));

  addTenantCommands(program);
  addFleetCommands(program);
  addSimulate(program);
  return program;
}

function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('play customers of a platform')
    .command('whatsapp')
    .description('customers who write to one WhatsApp number, as Meta would post it')
    .option('--tenant <slug>', "this tenant's WhatsApp channel at the running server")
    .option('--url <url>', 'webhook URL to post to')
    .option('--app-secret <secret>', 'signs the posts; with --url')
    .option('--phone-number-id <id>', 'of the channel; with --url', '100000000000001')
    .option('--business-account-id <id>', 'of the channel; with --url', '200000000000001')
    .option('--customers <n>', 'how many write', wholeNumber(1, 1_000_000), 5)
    .option('--messages <n>', 'how many they write in all', wholeNumber(1, 1_000_000), 20)
    .option('--rate <n>', 'messages in a second', decimal(0.001, 100_000), 5)
    .option('--duplicates <share>', 'of the posts made twice, from 0 to 1', decimal(0, 1), 0)
    .option('--shuffle', 'later messages overtake earlier ones')
    .option('--delay <ms>', 'each post comes up to this much later', wholeNumber(0, 3_600_000), 0)
    .option(
      '--seed <n>',
      'the same one plays the same messages; by default a new one each time',
      wholeNumber(0, 2 ** 31),
    )
    .option('--json', 'the summary as one JSON document')
    .action(async options => (await import('./commands/simulate-whatsapp.ts')).simulateWhatsApp(options));
}

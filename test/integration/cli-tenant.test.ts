import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { permissions } from '../../src/contract/permissions.ts';
import { callApi, jsonOf, refusalOf } from '../support/cli.ts';
import { type Check, type CliRig, startCliRig } from '../support/cli-rig.ts';
import { asTenant, openTenant } from '../support/provisioned.ts';
import { until } from '../support/until.ts';

const WHATSAPP = {
  phoneNumberId: '15550001',
  businessAccountId: '15550002',
  accessToken: 'token-that-is-secret',
  appSecret: 'app-secret-that-is-secret',
};

describe('commands for one tenant', function () {
  this.timeout(90_000);
  let rig: CliRig;

  before(async () => {
    rig = await startCliRig();
  });
  after(() => rig?.close());

  interface Added {
    channel: {
      id: number;
      platform: string;
      webhookUrl: string | null;
      verifyToken: string | null;
      widgetKey: string | null;
      secret?: string;
    };
  }
  const add = (platform: string, settings: unknown) =>
    jsonOf<Added>(
      ['channel', 'add', 'acme', platform, '--name', `Our ${platform}`, '--settings', '-'],
      rig.variables,
      JSON.stringify(settings),
    );

  it('add prints what the platform wants to know, list and remove do the rest', async () => {
    const file = join(rig.folder, 'whatsapp.json');
    await writeFile(file, JSON.stringify(WHATSAPP));
    const [added, widget, api] = await Promise.all([
      rig.run('channel', 'add', 'acme', 'whatsapp', '--name', 'Phone', '--settings', file, '--json'),
      add('widget', { allowedDomains: ['acme.example'] }),
      // It needs no settings, so that none have to be given.
      rig.json<Added>('channel', 'add', 'acme', 'api', '--name', 'Our api'),
    ]);
    // It is stored whatever the platform says, and what it says is told.
    expect(added).to.include({ code: 0 });
    expect(added.stderr).to.include('WhatsApp cannot be asked at the moment');
    const whatsapp = JSON.parse(added.stdout) as Added;
    expect(Object.keys(whatsapp.channel)).to.include.members([
      'id',
      'platform',
      'webhookUrl',
      'verifyToken',
      'widgetKey',
    ]);
    expect(whatsapp.channel).to.include({ platform: 'whatsapp', widgetKey: null });
    expect(whatsapp.channel).not.to.have.property('secret');
    expect(widget.channel).to.include({ webhookUrl: null, verifyToken: null });
    expect(widget.channel.widgetKey).to.match(/^wk_/);
    expect(api.channel.secret).to.be.a('string').with.length.greaterThan(20);

    const handshake = new URL(whatsapp.channel.webhookUrl ?? '');
    handshake.search = `hub.mode=subscribe&hub.challenge=42&hub.verify_token=${whatsapp.channel.verifyToken}`;
    expect(await (await fetch(handshake)).text()).to.equal('42');

    const listed = await rig.run('channel', 'list', 'acme', '--json');
    expect(JSON.parse(listed.stdout).channels).to.have.length(3);
    expect(listed.stdout).not.to.include('secret-').and.not.to.include(WHATSAPP.accessToken);

    await rig.json('channel', 'remove', 'acme', String(api.channel.id));
    const gone = async () => (await callApi(api.channel.webhookUrl ?? '', 'POST', '', {})).status === 404;
    await until('its webhook is gone', gone, 5000);
    for (const command of [['remove'], ['recall', '--since', '2026-01-01T00:00:00Z']]) {
      const [name = '', ...options] = command;
      const refused = await rig.refusal('channel', name, 'acme', String(api.channel.id), ...options);
      expect(refused).to.include('channel list');
    }
  });

  it('add names what is wrong in the settings, and shows none of it', async () => {
    const file = async (name: string, content: string) => {
      await writeFile(join(rig.folder, name), content);
      return join(rig.folder, name);
    };
    const attempt = (platform: string, settings: string, slug = 'acme') =>
      rig.refusal('channel', 'add', slug, platform, '--name', 'N', '--settings', settings);
    const odd = await file('odd.json', JSON.stringify({ ...WHATSAPP, phoneNumber: 'x' }));
    const lines = await Promise.all([
      attempt('whatsapp', odd),
      attempt('whatsapp', await file('bad.json', '{"accessToken": top-secret}')),
      attempt('whatsapp', await file('list.json', '[]')),
      attempt('whatsapp', join(rig.folder, 'missing.json')),
      attempt('pigeon', odd),
      attempt('widget', await file('empty.json', '{}'), 'nobody'),
      rig.refusal('channel', 'add', 'acme', 'whatsapp', '--name', 'N'),
    ]);
    const parts = [
      'phoneNumber"',
      'this is not JSON',
      'one JSON object',
      'ENOENT',
      '"pigeon"',
      '"nobody"',
      '--settings <file> is missing: settings.phoneNumberId',
    ];
    for (const [index, part] of parts.entries()) expect(lines[index]).to.include(part);
    expect(lines.join()).not.to.include('top-secret').and.not.to.include(WHATSAPP.accessToken);
  });

  it('user add and reset-password: the password is shown once, and sessions end', async () => {
    const add = ['user', 'add', 'acme', '--email', 'bo@acme.example', '--name', 'Bo', '--role', 'lead'];
    const added = await rig.json<{ user: { id: number; role: string }; password: string }>(...add);
    expect(added.user).to.deep.include({ email: 'bo@acme.example', name: 'Bo', role: 'lead' });
    const session = await rig.login('bo@acme.example', added.password);
    const me = async () =>
      (await callApi(rig.url, 'GET', '/api/v1/auth/me', { token: session.body.accessToken })).status;
    expect(await me()).to.equal(200);
    const reset = await rig.json<{ user: unknown; password: string }>(
      ...['user', 'reset-password', 'acme', 'bo@acme.example', '--password', 'correct horse battery'],
    );
    expect(reset).to.deep.equal({
      user: { id: added.user.id, email: 'bo@acme.example' },
      password: 'correct horse battery',
    });
    await until('the former session has ended', async () => (await me()) === 401, 5000);
    expect((await rig.login('bo@acme.example', added.password)).status).to.equal(401);
    expect((await rig.login('bo@acme.example', reset.password)).status).to.equal(200);
    const tenant = await openTenant(rig.landlord, 'acme');
    const events = await asTenant(tenant, db =>
      db.query(`SELECT type FROM outbox_events WHERE aggregate = $1`, [`user:${added.user.id}`]),
    );
    expect(events.map(event => event.type)).to.deep.equal(['user.updated', 'user.updated']);
    const lines = await Promise.all([
      rig.refusal(...add),
      rig.refusal(...add.slice(0, -1), 'king'),
      rig.refusal('user', 'reset-password', 'acme', 'nobody@acme.example'),
    ]);
    expect(lines[0]).to.include('user reset-password acme bo@acme.example');
    expect(lines[1]).to.include('--role').and.to.include('admin, lead, agent');
    expect(lines[2]).to.include('no user nobody@acme.example');
  });

  it('key create, list and revoke', async () => {
    const created = await rig.json<{ apiKey: string; key: Record<string, unknown> }>(
      ...['key', 'create', 'acme', '--name', 'shop', '--permissions', 'users:read', '--expires', '30d'],
    );
    expect(created.key).to.deep.include({ name: 'shop', permissions: ['users:read'], isActive: true });
    expect(Date.parse(String(created.key.expiresAt))).to.be.within(Date.now(), Date.now() + 31 * 86_400_000);
    const status = async (path: string) =>
      (await callApi(rig.url, 'GET', `/api/v1/${path}`, { token: created.apiKey })).status;
    expect(await status('users')).to.equal(200);
    expect(await status('conversations')).to.equal(403);
    const listed = await rig.json<{ keys: { name: string; permissions: string[] }[] }>('key', 'list', 'acme');
    expect(listed.keys.map(key => key.name)).to.deep.equal(['first key', 'shop']);
    expect(listed.keys[0]?.permissions).to.have.members([...permissions]);
    expect(JSON.stringify(listed)).not.to.include(created.apiKey);
    const revoke = ['key', 'revoke', 'acme', String(created.key.prefix)];
    expect(await rig.json(...revoke)).to.deep.nested.include({ 'revoked.id': created.key.id });
    await until('it is refused', async () => (await status('users')) === 401, 5000);
    expect(await rig.json(...revoke)).to.deep.nested.include({ 'revoked.id': created.key.id });
    const lines = await Promise.all([
      rig.refusal('key', 'create', 'acme', '--name', 'x', '--permissions', 'users:read,fly'),
      rig.refusal('key', 'create', 'acme', '--name', 'x', '--expires', 'soon'),
      rig.refusal('key', 'revoke', 'acme', 'ck_nothing'),
    ]);
    expect(lines[0]).to.include('--permissions: fly');
    expect(lines[1]).to.include('--expires');
    expect(lines[2]).to.include('key list acme');
  });

  it('simulate plays into the running product; what is parked shows in doctor and is replayed', async () => {
    const shape = [
      '--customers',
      '4',
      '--messages',
      '30',
      '--rate',
      '300',
      '--duplicates',
      '0.5',
      '--shuffle',
    ];
    const summary = await rig.json<{ posts: number; messages: number; acknowledgedMessages: number }>(
      ...['simulate', 'whatsapp', '--tenant', 'acme', '--seed', '7', ...shape],
    );
    expect(summary).to.include({ messages: 30, acknowledgedMessages: 30 });
    expect(summary.posts).to.be.greaterThan(30);
    const tenant = await openTenant(rig.landlord, 'acme');
    const { count } = rig;
    await until('each message is there once', async () => (await count('messages')) === 30);
    await until(
      'all is applied',
      async () => (await count(`inbound_deliveries WHERE state <> 'done'`)) === 0,
    );

    await asTenant(tenant, db => db.query(`UPDATE inbound_deliveries SET state = 'parked' WHERE id % 3 = 0`));
    const parked = await count(`inbound_deliveries WHERE state = 'parked'`);
    const told = await rig.run('doctor', '--tenant', 'acme', '--json');
    expect(told.code).to.equal(1);
    const checks = (JSON.parse(told.stdout) as { checks: Check[] }).checks;
    const [wrong] = checks.filter(check => check.status === 'error');
    expect(wrong).to.include({ name: 'tenant acme', mend: 'See why: concierge inbound list acme' });
    expect(wrong?.message).to.include(`${parked} deliveries`);
    const listed = await rig.json<{ parked: { id: string; channelName: string; error: string }[] }>(
      ...['inbound', 'list', 'acme'],
    );
    expect(listed.parked).to.have.length(parked);
    const [first, second] = listed.parked.map(({ id }) => id);
    expect(await rig.refusal('inbound', 'discard', 'acme', first ?? '', 'fact:99')).to.include('fact:99');
    expect(await rig.refusal('inbound', 'discard', 'acme')).to.include('--all');
    expect((await rig.run('inbound', 'list', 'acme')).stdout).to.match(
      /^ID +CHANNEL +RECEIVED +WHY\ndelivery:\d+ /,
    );

    expect(await rig.json('inbound', 'replay', 'acme')).to.deep.equal({
      replayed: parked,
      left: { pendingDeliveries: 0, parkedDeliveries: 0, heldFacts: 0, parkedFacts: 0 },
    });
    expect(await count('messages')).to.equal(30);

    // Given up: by name, then all that is left.
    await asTenant(tenant, db => db.query(`UPDATE inbound_deliveries SET state = 'parked' WHERE id % 3 = 0`));
    const { discarded } = await rig.json<{ discarded: string[] }>(
      ...['inbound', 'discard', 'acme', second ?? ''],
    );
    expect(discarded).to.deep.equal([second]);
    expect(await rig.json('inbound', 'discard', 'acme', '--all'))
      .to.have.property('discarded')
      .with.length(parked - 1);
    expect(await rig.json('inbound', 'list', 'acme')).to.deep.equal({ parked: [] });
    expect(await count('messages')).to.equal(30);

    // More than one page, all of one moment.
    await asTenant(tenant, db =>
      db.query(
        `INSERT INTO inbound_deliveries (channel_id, delivery_key, body, body_sha256, state, received_at)
         SELECT channel_id, 'copy ' || n, '', '', 'parked', received_at
         FROM (SELECT * FROM inbound_deliveries ORDER BY id LIMIT 1) d, generate_series(1, 1100) n`,
      ),
    );
    const { parked: many } = await rig.json<{ parked: { id: string }[] }>('inbound', 'list', 'acme');
    expect(new Set(many.map(({ id }) => id)).size).to.equal(1100);
    expect(many).to.have.length(1100);

    const lines = await Promise.all([
      rig.refusal('simulate', 'whatsapp'),
      rig.refusal('simulate', 'whatsapp', '--tenant', 'nobody'),
      rig.refusal('simulate', 'whatsapp', '--tenant', 'acme', '--duplicates', '2'),
      refusalOf(['simulate', 'whatsapp', '--tenant', 'acme'], { ...rig.variables, PORT: '1' }),
    ]);
    const parts = ['--tenant <slug>', 'no tenant "nobody"', '--duplicates', 'No Concierge answers'];
    for (const [index, part] of parts.entries()) expect(lines[index]).to.include(part);
  });
});

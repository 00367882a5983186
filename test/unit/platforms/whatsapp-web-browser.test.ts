import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import type { OpenLine } from '../../../src/platforms/adapter.ts';
import { Unavailable } from '../../../src/platforms/adapter.ts';
import { type Browser, findChromium } from '../../../src/platforms/whatsapp_web/find-chromium.ts';
import { whatsappWebAdapter } from '../../../src/platforms/whatsapp_web/index.ts';
import { openWebLine } from '../../../src/platforms/whatsapp_web/open-web-line.ts';
import { failureOf } from '../../support/failure-of.ts';
import { until } from '../../support/until.ts';
import { MemoryHost } from '../../support/whatsapp-web-host.ts';
import {
  descendantsOf,
  type MachineProcess,
  pageProgram,
  processes,
  sessionFolders,
} from '../../support/whatsapp-web-line.ts';
import { type PlayedPage, writePlayedPage } from '../../support/whatsapp-web-page.ts';
import { privateTemp } from '../../support/whatsapp-web-temp.ts';

const parentProgram = new URL('../../support/whatsapp-web-parent-process.ts', import.meta.url).pathname;
/** Whatever the network here is like: WhatsApp cannot be reached by its name. */
const withoutNetwork = '--host-resolver-rules=MAP * ~NOTFOUND';
const to = [{ kind: 'wa_id', value: '351910000002' }];

describe('WhatsApp Web in a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let host: MemoryHost;
  let line: OpenLine | undefined;
  let pages: string[] = [];
  before(async () => {
    browser = await findChromium(process.env);
  });
  privateTemp();
  beforeEach(() => {
    host = new MemoryHost();
  });
  afterEach(async () => {
    await line?.close();
    line = undefined;
    const written = pages;
    pages = [];
    await Promise.all(written.map(folder => rm(folder, { recursive: true, force: true })));
    await until('no browser is left', async () => (await browsers()).length === 0);
  });

  /** Browsers of sessions, wherever they belong to by now. */
  const browsers = async (): Promise<readonly MachineProcess[]> =>
    (await processes()).filter(
      ({ command }) =>
        command.includes('--user-data-dir=') && command.includes(`${tmpdir()}/concierge-whatsapp-`),
    );
  const argsOf = async (page: PlayedPage) => {
    const folder = await writePlayedPage(page);
    pages.push(folder);
    return [...browser.args, withoutNetwork, `--played-page=${folder}`];
  };
  const open = async (page: PlayedPage) => {
    const args = await argsOf(page);
    line = await openWebLine(host, { program: pageProgram, browser: async () => ({ ...browser, args }) });
    return line;
  };
  const isReady = () => host.untilState(({ health }) => health === 'ok');

  it('shows the codes of the page, as the library makes them of its modules', async () => {
    await open({});
    await host.until(() => new Set(host.states.map(state => state.pairing?.code)).size > 2);
    const codes = host.states.flatMap(({ pairing }) => (pairing ? [pairing.code] : []));
    expect(codes.slice(0, 2)).to.deep.equal(['ref-1,AQID,BAUG,secret,1', 'ref-2,AQID,BAUG,secret,1']);
  });

  it('is paired, hears, fetches, sends, reacts, and comes back without a code', async () => {
    const opened = await open({ pairsAfter: 2, fileBytes: 6_000_000 });
    await isReady();
    expect(host.states.at(-1)).to.deep.include({ health: 'ok', accountName: 'Bakery, +351910000001' });
    await host.until(() => host.delivered.has('media:3APLAYED') && host.newest !== undefined);
    const [picture] = host.messages();
    expect(picture).to.deep.include({
      externalId: '3APLAYED',
      direction: 'inbound',
      accountId: '351910000001',
    });
    expect(picture?.contact).to.deep.equal({
      aliases: [
        { kind: 'lid', value: '184000000000002' },
        { kind: 'wa_id', value: '351910000002' },
      ],
      name: 'Ana Reis',
      phone: '+351910000002',
    });
    const { content, mimeType } = await whatsappWebAdapter.unpackMedia!(
      picture!.content.media![0]!,
      async key => host.delivered.get(key),
    );
    expect(mimeType).to.equal('image/png');
    expect(content.equals(Buffer.from(Array.from({ length: 6_000_000 }, (_, at) => at % 251)))).to.equal(
      true,
    );

    const sent = await opened.send!({
      correlator: '1.a',
      to,
      content: { type: 'text', text: 'Hello' },
      replyToExternalId: '3APLAYED',
    });
    await host.until(() => host.delivered.has(`ack:${sent.externalId}:3`));
    expect(host.messages().at(-1)).to.include({
      externalId: sent.externalId,
      correlator: '1.a',
      direction: 'outbound',
    });
    await opened.send!({
      correlator: '1.b',
      to,
      content: { type: 'reaction', targetExternalId: '3APLAYED', emoji: '👍' },
    });
    await host.until(() => host.facts().some(fact => fact.kind === 'reaction'));
    expect(host.facts().at(-1)).to.include({
      kind: 'reaction',
      targetExternalId: '3APLAYED',
      emoji: '👍',
      direction: 'outbound',
    });

    await opened.close();
    await opened.ended;
    host.states.length = 0;
    await open({});
    await isReady();
    expect(host.states.some(state => state.pairing)).to.equal(false);
    expect(host.ended).to.equal(0);
  });

  it('says that WhatsApp Web cannot be reached from here', async () => {
    const args = [...browser.args, withoutNetwork];
    line = await openWebLine(host, { program: pageProgram, browser: async () => ({ ...browser, args }) });
    const message = 'WhatsApp Web cannot be reached from here: name not resolved (web.whatsapp.com).';
    expect(await failureOf(line.ended))
      .to.be.instanceOf(Unavailable)
      .and.include({ code: 'unreachable', message });
    expect(host.states.at(-1)).to.deep.include({ health: 'warning', message });
  });

  it('says that the browser does not start', async () => {
    line = await openWebLine(host, {
      program: pageProgram,
      browser: async () => ({ path: '/bin/false', args: [] }),
    });
    expect(await failureOf(line.ended))
      .to.be.instanceOf(Unavailable)
      .and.include({ code: 'unreachable' });
    expect(host.states.at(-1)?.message).to.match(/the browser does not start/);
  });

  it('ends with the process that drives it, when that is killed', async () => {
    const opened = await open({});
    await host.untilState(({ pairing }) => pairing !== undefined);
    const session = (await descendantsOf(process.pid)).find(({ command }) =>
      command.includes('whatsapp-web-page-process'),
    );
    expect(await browsers()).to.not.have.length(0);
    process.kill(session!.pid, 'SIGKILL');
    expect(await failureOf(opened.ended)).to.be.instanceOf(Unavailable);
    await until('its browser is gone', async () => (await browsers()).length === 0, 10_000);
    expect(await sessionFolders()).to.deep.equal([]);
  });

  for (const [who, isBoth] of [
    ['the process that holds the line', false],
    ['that process and its own together', true],
  ] as const)
    it(`ends with ${who}, when killed`, async () => {
      const parent = spawn(
        process.execPath,
        ['--import', 'tsx', parentProgram, browser.path, ...(await argsOf({}))],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      await once(parent.stdout, 'data');
      const below = await descendantsOf(parent.pid!);
      const session = below.find(({ command }) => command.includes('whatsapp-web-page-process'))!;
      expect(await browsers()).to.not.have.length(0);
      parent.kill('SIGKILL');
      if (isBoth) process.kill(session.pid, 'SIGKILL');
      await until('its browser is gone', async () => (await browsers()).length === 0, 10_000);
      await until(
        'its session is gone',
        async () => !(await processes()).some(({ pid }) => pid === session.pid),
        10_000,
      );
    });

  it('ends when it is asked to while it starts', async () => {
    const opened = await open({});
    await until('a browser runs', async () => (await browsers()).length > 0);
    await opened.close();
    await opened.ended;
    await until('no browser is left', async () => (await browsers()).length === 0, 10_000);
  });
});

import { rm, stat, utimes } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect } from 'chai';
import {
  DamagedSession,
  LineLost,
  type OpenLine,
  type OutboundContent,
  OutcomeUnknown,
  Rejected,
  Unavailable,
} from '../../../src/platforms/adapter.ts';
import { findChromium } from '../../../src/platforms/whatsapp_web/find-chromium.ts';
import { LineSends } from '../../../src/platforms/whatsapp_web/line-sends.ts';
import { sessionVariables } from '../../../src/platforms/whatsapp_web/machine-variables.ts';
import { openWebLine } from '../../../src/platforms/whatsapp_web/open-web-line.ts';
import { makeSessionFolder } from '../../../src/platforms/whatsapp_web/session-folders.ts';
import { fromSession, toSession } from '../../../src/platforms/whatsapp_web/session-protocol.ts';
import { outboundFile } from '../../contract/samples/adapter-sample.ts';
import { failureOf } from '../../support/failure-of.ts';
import { until } from '../../support/until.ts';
import { lineLost, MemoryHost } from '../../support/whatsapp-web-host.ts';
import { descendantsOf, openFakeLine, processes, sessionFolders } from '../../support/whatsapp-web-line.ts';
import { markOf } from '../../support/whatsapp-web-session.ts';
import { privateTemp } from '../../support/whatsapp-web-temp.ts';

const to = [{ kind: 'wa_id', value: '351910000002' }];
const hello: OutboundContent = { type: 'text', text: 'Hello' };
const isSession = ({ command }: { readonly command: string }) =>
  command.includes('whatsapp-web-fake-process');

describe('WhatsApp Web', function () {
  this.timeout(60000);
  privateTemp();
  let host: MemoryHost;
  let line: OpenLine | undefined;
  beforeEach(() => {
    host = new MemoryHost();
  });
  afterEach(async () => {
    await line?.close();
    line = undefined;
    expect(await descendantsOf(process.pid).then(found => found.filter(isSession)), 'sessions').to.deep.equal(
      [],
    );
    expect(await sessionFolders(), 'folders').to.deep.equal([]);
  });
  const open = async (...steps: readonly string[]) => {
    line = await openFakeLine(host, ...steps);
    return line;
  };
  const ready = () => host.untilState(({ health }) => health === 'ok');
  /** The process of the session that is open, and what it has started. */
  async function running() {
    const session = (await descendantsOf(process.pid)).find(isSession)!;
    const [browser] = await descendantsOf(session.pid);
    return { session, browser: browser! };
  }
  const isGone = async (pid: number) => !(await processes()).some(one => one.pid === pid);

  describe('A line of WhatsApp Web', () => {
    it('delivers what its session says, tells its state and keeps it', async () => {
      await open('profile=A', 'ready', 'messages=250');
      await host.until(() => host.delivered.size === 250 && host.newest !== undefined);
      expect(await markOf(host.newest!)).to.equal('A');
      expect([...host.delivered.keys()].slice(0, 3)).to.deep.equal([
        'message:M1',
        'message:M2',
        'message:M3',
      ]);
      expect(host.states.at(-1)).to.deep.include({ health: 'ok', message: null });
    });
    it('shows a code', async () => {
      await open('unless-known=A');
      await host.untilState(({ pairing }) => pairing?.code === 'code-1' && pairing.expiresAt instanceof Date);
    });
    it('delivers what could not be stored at first', async () => {
      host.deliverFault = new Error('no database');
      await open('ready', 'messages=3');
      await ready();
      host.deliverFault = undefined;
      await host.until(() => host.delivered.size === 3);
    });
    it('ends without a fault when it is closed, and saves first', async () => {
      const opened = await open('profile=A', 'ready');
      await ready();
      await opened.close();
      await opened.ended;
      expect(await markOf(host.newest!)).to.equal('A');
      expect(await failureOf(opened.send!({ correlator: '1.a', to, content: hello }))).to.be.instanceOf(
        Unavailable,
      );
    });
    it('is closed within ten seconds, whatever its browser does', async () => {
      const opened = await openWebLine(host, {
        program: new URL('../../support/whatsapp-web-fake-process.ts', import.meta.url),
        browser: async () => ({ path: 'fake', args: ['deaf', 'ready'] }),
        closeWithinMs: 500,
      });
      await ready();
      const { browser } = await running();
      const start = Date.now();
      await opened.close();
      expect(Date.now() - start).to.be.below(2000);
      await until('its browser is gone', () => isGone(browser.pid));
      await opened.ended;
    });
    it('begins with the newest session that is whole', async () => {
      await open('profile=A', 'ready');
      await host.until(() => host.newest !== undefined);
      await line!.close();
      const good = host.newest!;
      for (let tenth = 0; tenth < 10; tenth++) {
        const cut = good.subarray(0, Math.floor((good.length * tenth) / 10));
        host.versions = [
          { id: 90, content: cut },
          { id: 89, content: good },
        ];
        host.states.length = 0;
        await open('unless-known=A');
        await ready();
        expect(
          host.states.some(state => state.pairing),
          `cut at ${tenth} tenths`,
        ).to.equal(false);
        await line!.close();
      }
    });
    it('tries the session before when WhatsApp does not know the newest, and then asks for a person', async () => {
      await open('profile=A', 'ready');
      await host.until(() => host.newest !== undefined);
      await line!.close();
      const a = host.newest!;
      await open('profile=B', 'ready');
      await host.until(() => host.versions.length > 1);
      await line!.close();
      const b = host.newest!;
      expect([await markOf(a), await markOf(b)]).to.deep.equal(['A', 'B']);

      host.versions = [
        { id: 2, content: b },
        { id: 1, content: a },
      ];
      host.states.length = 0;
      await open('unless-known=A');
      await ready();
      expect(host.states.some(state => state.pairing)).to.equal(false);
      await line!.close();

      host.versions = [
        { id: 2, content: b },
        { id: 1, content: a },
      ];
      await open('unless-known=none of them');
      await host.untilState(({ pairing }) => pairing?.code === 'code-1');
      expect(host.ended).to.equal(0);
      expect(host.versions).to.have.length(2);
    });
    it('ends the session for good when the phone does', async () => {
      const opened = await open('profile=A', 'ready', 'logout');
      expect(await failureOf(opened.ended))
        .to.be.instanceOf(Rejected)
        .and.include({ scope: 'reauthorise', code: 'logged_out' });
      expect(host.ended).to.equal(1);
    });
    it('opens also when nothing that was saved can be read', async () => {
      host.versions = [{ id: 1, content: Buffer.from('nonsense') }];
      host.session.open = async () => {
        throw new DamagedSession('damaged');
      };
      await open('unless-known=A');
      await host.untilState(({ pairing }) => pairing?.code === 'code-1');
    });

    it('does not begin without what was saved when that cannot be read at the moment', async () => {
      host.versions = [{ id: 1, content: Buffer.from('a good one') }];
      host.session.open = async () => {
        throw new Error('the database is away');
      };
      expect(await failureOf(openFakeLine(host, 'unless-known=A'))).to.have.property(
        'message',
        'the database is away',
      );
      expect(host.states).to.deep.equal([]);
    });

    for (const what of ['deliver', 'save'] as const)
      it(`ends at once when another process holds it: at ${what}`, async () => {
        if (what === 'deliver') host.deliverFault = lineLost();
        else host.saveFault = lineLost();
        const opened = await open('profile=A', 'ready', 'messages=1');
        expect(await failureOf(opened.ended)).to.be.instanceOf(LineLost);
        expect(host.versions).to.deep.equal(what === 'deliver' ? host.versions : []);
        expect(host.ended).to.equal(0);
      });
    it('does not begin when another process holds it', async () => {
      host.session.versions = async () => {
        throw lineLost();
      };
      expect(await failureOf(openFakeLine(host, 'ready'))).to.be.instanceOf(LineLost);
    });
  });

  describe('The process of a WhatsApp Web session', () => {
    it('takes its browser along when it is killed, and the line says so', async () => {
      const opened = await open('ready');
      await ready();
      const { session, browser } = await running();
      process.kill(session.pid, 'SIGKILL');
      expect(await failureOf(opened.ended))
        .to.be.instanceOf(Unavailable)
        .and.include({ code: 'session_ended' });
      await until('its browser is gone', () => isGone(browser.pid));
    });
    it('takes its browser along when it crashes', async () => {
      const opened = await open('ready', 'crash');
      expect(await failureOf(opened.ended)).to.be.instanceOf(Unavailable);
    });
    it('goes on when something was thrown that nobody caught', async () => {
      await open('throw', 'ready', 'messages=1');
      await host.until(() => host.delivered.size === 1);
    });
    it('knows nothing of what its parent knows', () => {
      expect(
        sessionVariables({
          PATH: '/bin',
          HOME: '/root',
          LC_ALL: 'C',
          DATABASE_URL: 'x',
          MASTER_KEY: 'x',
          PGPASSWORD: 'x',
          NODE_OPTIONS: 'x',
          TZ: undefined,
        }),
      ).to.deep.equal({ PATH: '/bin', HOME: '/root', LC_ALL: 'C' });
    });
    it('and its line refuse what is not of their protocol', () => {
      for (const schema of [toSession, fromSession])
        for (const message of [
          undefined,
          {},
          { type: 'x' },
          { type: 'close', more: 1 },
          { type: 'bodies', items: [{}] },
          { type: 'send' },
        ])
          expect(schema.safeParse(message).success).to.equal(false);
    });
  });

  describe('A message over a line of WhatsApp Web', () => {
    it('goes out, files too', async () => {
      const opened = await open('ready');
      await ready();
      const sent = await opened.send!({ correlator: '1.a', to, content: hello });
      expect(sent.externalId).to.match(/^3EB0/);
      const file = outboundFile('document', 'application/pdf');
      const content: OutboundContent = { type: 'media', files: [file], text: 'see' };
      expect((await opened.send!({ correlator: '1.b', to, content })).externalId).to.match(/^3EB0/);
    });
    it('comes back with what its session says of it', async () => {
      const opened = await open();
      expect(await failureOf(opened.send!({ correlator: '1.a', to, content: hello })))
        .to.be.instanceOf(Unavailable)
        .and.include({ code: 'not_connected' });
    });
    it('is refused without an address, a file, or as what WhatsApp Web does not know', async () => {
      const opened = await open('ready');
      const gone = { ...outboundFile('image', 'image/png'), open: () => Promise.reject(new Error('gone')) };
      const later = {
        ...gone,
        open: () => Promise.reject(new Unavailable('conversation', 'later', 'Later.')),
      };
      const send = (content: OutboundContent, aliases = to) =>
        failureOf(opened.send!({ correlator: '1.a', to: aliases, content }));
      expect(await send(hello, []))
        .to.be.instanceOf(Rejected)
        .and.include({ code: 'no_address' });
      expect(await send({ type: 'media', files: [gone] }))
        .to.be.instanceOf(Rejected)
        .and.include({ code: 'file_gone' });
      expect(await send({ type: 'media', files: [later] })).to.be.instanceOf(Unavailable);
      expect(await send({ type: 'template', name: 'x', language: 'en', variables: [] })).to.be.instanceOf(
        Rejected,
      );
    });
    it('is unknown when its session died after it had begun, and waits when it had not', async () => {
      const sends = new LineSends(() => true);
      const begun = failureOf(sends.send({ correlator: '1.a', to, content: hello }));
      const waiting = failureOf(sends.send({ correlator: '1.b', to, content: hello }));
      await new Promise(resolve => setImmediate(resolve));
      sends.hear({ type: 'sendStarted', request: 0 });
      sends.fail();
      expect(await begun).to.be.instanceOf(OutcomeUnknown);
      expect(await waiting)
        .to.be.instanceOf(Unavailable)
        .and.include({ code: 'not_connected' });
    });
    it('waits when its session went while its file was read', async () => {
      const sends = new LineSends(() => false);
      expect(await failureOf(sends.send({ correlator: '1.a', to, content: hello })))
        .to.be.instanceOf(Unavailable)
        .and.include({ code: 'not_connected' });
    });
    it('waits when its session is gone', async () => {
      const opened = await open('ready');
      await ready();
      const { session } = await running();
      process.kill(session.pid, 'SIGKILL');
      await failureOf(opened.ended);
      expect(await failureOf(opened.send!({ correlator: '1.c', to, content: hello }))).to.be.instanceOf(
        Unavailable,
      );
    });
  });

  describe('The folder of a session', () => {
    it('takes those along that were abandoned, and no other', async () => {
      const [abandoned, used] = [await makeSessionFolder(), await makeSessionFolder()];
      const longAgo = new Date(Date.now() - 2 * 60 * 60_000);
      await utimes(abandoned, longAgo, longAgo);
      const made = await makeSessionFolder();
      expect(await sessionFolders()).to.have.members([used, made].map(path => basename(path)));
      expect((await stat(made)).mode & 0o777).to.equal(0o700);
      await Promise.all([used, made].map(path => rm(path, { recursive: true })));
    });
  });

  describe('The browser for WhatsApp Web', () => {
    it('is the one that is named, or there is none', async () => {
      expect(await findChromium({ CHROMIUM_PATH: process.execPath })).to.deep.equal({
        path: process.execPath,
        args: [],
      });
      const error = await failureOf(findChromium({ CHROMIUM_PATH: '/nowhere/chromium' }));
      expect(error).to.be.instanceOf(Rejected).and.include({ scope: 'account', code: 'no_browser' });
      expect((error as Error).message).to.match(/install Chromium or Google Chrome, or set CHROMIUM_PATH/);
    });
  });
});

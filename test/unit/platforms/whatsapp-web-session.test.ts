import { expect } from 'chai';
import { openProfile } from '../../../src/platforms/whatsapp_web/profile-archive.ts';
import { until } from '../../support/until.ts';
import { own } from '../../support/whatsapp-web-fake-client.ts';
import { calm, markOf, PlayedSession, readMark, useSessions } from '../../support/whatsapp-web-session.ts';

describe('A WhatsApp Web session', () => {
  const sessions = useSessions();
  const { play } = sessions;

  /** A session with this mark that was saved, and closed. */
  async function savedSession(mark: string): Promise<Buffer> {
    const session = await play({ mark, timing: calm });
    session.client.ready();
    await sessions.host.until(() => sessions.host.newest !== undefined);
    await session.close();
    return sessions.host.newest!;
  }

  describe('The pairing of a WhatsApp Web session', () => {
    it('shows each code with its end', async () => {
      const { client, host } = await play();
      client.emit('qr', 'code-1');
      await host.untilState(state => state.pairing?.code === 'code-1');
      const state = host.states.at(-1)!;
      expect(state.health).to.equal('reauthorise');
      expect(state.message).to.match(/^Scan the code with WhatsApp on the phone/);
      expect(state.pairing!.expiresAt.getTime() - Date.now()).to.be.within(50_000, 60_000);
      client.emit('qr', 'code-2');
      await host.untilState(({ pairing }) => pairing?.code === 'code-2');
      expect(host.states.at(-1)!.pairing!.expiresAt.getTime() - Date.now()).to.be.below(30_000);
    });
    it('gives up after six codes that nobody has scanned', async () => {
      const session = await play();
      for (let code = 1; code <= 6; code++) session.client.emit('qr', `code-${code}`);
      expect(session.lastWords).to.equal(undefined);
      session.client.emit('qr', 'code-7');
      await session.session.ended;
      expect(session.lastWords?.fault).to.include({
        kind: 'rejected',
        scope: 'reauthorise',
        code: 'not_paired',
      });
      expect(session.client.isClosed).to.equal(true);
      expect(session.host.states.map(state => state.pairing?.code)).to.not.include('code-7');
    });
    it('gives up when the page makes no codes any more', async () => {
      const session = await play({ timing: { codeSilenceMs: 20 } });
      session.client.emit('qr', 'code-1');
      await session.session.ended;
      expect(session.lastWords?.fault).to.include({ code: 'not_paired' });
    });
    it('tells who is paired when it is ready', async () => {
      const { client, host } = await play();
      client.emit('qr', 'code-1');
      client.emit('authenticated');
      client.emit('loading_screen', 40, 'WhatsApp');
      client.emit('ready');
      await host.untilState(({ health }) => health === 'ok');
      expect(host.states.at(-1)).to.deep.equal({
        health: 'ok',
        message: null,
        accountName: `Bakery, +${own}`,
      });
      expect(host.states.map(state => state.message)).to.include('WhatsApp Web loads its chats: 40 %.');
    });
  });

  describe('The end of a WhatsApp Web session', () => {
    it('says that WhatsApp Web cannot be reached, and why', async () => {
      const session = new PlayedSession(sessions.host);
      session.client.initializeFault = 'name not resolved (web.whatsapp.com).';
      sessions.track(await session.open());
      await session.session.ended;
      const message = 'WhatsApp Web cannot be reached from here: name not resolved (web.whatsapp.com).';
      expect(sessions.host.states.at(-1)).to.deep.include({ health: 'warning', message });
      expect(session.lastWords?.fault).to.deep.include({ kind: 'unavailable', code: 'unreachable', message });
    });
    it('comes when nothing is shown, or nothing is loaded, in time', async () => {
      const never = await play({ timing: { startWithinMs: 20 } });
      await never.session.ended;
      expect(never.lastWords?.fault).to.include({ code: 'unreachable' });
      const halfway = await play({ timing: { loadWithinMs: 20 } });
      halfway.client.emit('authenticated');
      await halfway.session.ended;
      expect(halfway.lastWords?.fault).to.include({ code: 'unreachable' });
    });
    it('comes with the browser', async () => {
      const session = await play();
      session.client.ready();
      session.client.crash();
      await session.session.ended;
      expect(session.lastWords?.fault).to.include({ kind: 'unavailable', code: 'browser_gone' });
    });
    it('comes when a page that looks connected does not answer three times', async () => {
      const session = await play({ timing: { pulseEveryMs: 5 } });
      session.client.ready();
      session.client.probeFault = new Error('the page tells nothing');
      await session.session.ended;
      expect(session.lastWords?.fault).to.include({ kind: 'unavailable', code: 'silent' });
      expect(sessions.host.states.filter(({ health }) => health === 'warning')).to.not.have.length(0);
    });
    it('does not come for one answer that is missed', async () => {
      const session = await play({ timing: { pulseEveryMs: 5 } });
      session.client.ready();
      session.client.probeFault = new Error('busy');
      await sessions.host.untilState(({ health }) => health === 'warning');
      session.client.probeFault = undefined;
      const { length } = sessions.host.states;
      await sessions.host.until(() =>
        sessions.host.states.slice(length).some(({ health }) => health === 'ok'),
      );
      expect(session.lastWords).to.equal(undefined);
    });
    it('comes when it gets through to nobody for long', async () => {
      const session = await play({ timing: { pulseEveryMs: 5, unconnectedMs: 30 } });
      session.client.ready();
      session.client.state = 'TIMEOUT';
      await session.session.ended;
      expect(session.lastWords?.fault).to.include({ code: 'not_connected' });
    });
    it('is asked for at once when something was thrown that nobody caught', async () => {
      const session = await play({ timing: calm });
      session.client.ready();
      session.client.state = 'OPENING';
      session.session.trouble();
      await sessions.host.untilState(
        state => state.health === 'warning' && /connects again/.test(state.message ?? ''),
      );
    });
  });

  describe('What a WhatsApp Web session keeps', () => {
    it('is saved soon after it is ready, and comes back without a code', async () => {
      const saved = await savedSession('A');
      expect(await markOf(saved)).to.equal('A');
      expect((await openProfile(saved)).facts.account).to.equal(own);
      const again = await play({ profile: saved, timing: calm });
      expect(await readMark(again.directory)).to.equal('A');
    });
    it('is saved again when it has changed, and not when it has not', async () => {
      const session = await play({ mark: 'A', timing: { pulseEveryMs: 60_000, saveEveryMs: 2 } });
      const { client } = session;
      client.ready();
      await sessions.host.until(() => sessions.host.newest !== undefined);
      // Looked at several times meanwhile.
      const looks = client.probes;
      await until('it was looked at', () => client.probes > looks + 6);
      expect(sessions.host.versions).to.have.length(1);
      await client.writeProfile(session.directory, 'B');
      // Not at once: its files are written one after the other.
      await until('it is kept', async () => (await markOf(sessions.host.newest!)) === 'B');
    });
    it('is saved at the close, as the browser has left it', async () => {
      const session = await play({ mark: 'A', timing: calm });
      session.client.ready();
      await sessions.host.until(() => sessions.host.newest !== undefined);
      session.client.close = async () =>
        session.client.writeProfile(session.directory, 'written while closing');
      await session.close();
      expect(await markOf(sessions.host.newest!)).to.equal('written while closing');
    });
    it('is not saved before WhatsApp knows it', async () => {
      const session = await play({ mark: 'A' });
      session.client.emit('qr', 'code-1');
      await session.close();
      expect(sessions.host.versions).to.deep.equal([]);
    });
    it('is told when it could not be stored, and tried again', async () => {
      sessions.host.saveFault = new Error('no database');
      const session = await play({ mark: 'A', timing: { pulseEveryMs: 60_000 } });
      session.client.ready();
      await sessions.host.untilState(({ message }) => /could not be saved/.test(message ?? ''));
      sessions.host.saveFault = undefined;
      await sessions.host.until(() => sessions.host.newest !== undefined);
    });

    for (const state of [
      'CONFLICT',
      'UNPAIRED',
      'UNPAIRED_IDLE',
      'PROXYBLOCK',
      'DEPRECATED_VERSION',
      'TOS_BLOCK',
      'NEW_STATE',
    ])
      it(`survives the state ${state}: it is neither deleted nor written over`, async () => {
        const saved = await savedSession('A');
        const session = await play({ profile: saved, timing: { ...calm, saveEveryMs: 5 } });
        session.client.ready();
        await sessions.host.untilState(({ health }) => health === 'ok');
        // What the library does: it changes the state, calls its strategy, which does nothing here, and gives up.
        session.client.state = state;
        session.client.emit('change_state', state);
        await session.client.writeProfile(session.directory, 'wiped');
        session.client.emit('disconnected', state);
        await session.session.ended;
        expect(sessions.host.ended).to.equal(0);
        for (const { content } of sessions.host.versions) expect(await markOf(content)).to.equal('A');
        expect(session.lastWords?.fault?.kind).to.equal(state === 'TOS_BLOCK' ? 'rejected' : 'unavailable');
        // It is opened again from what is saved: nobody has to come for that.
        expect(sessions.host.states.at(-1)?.health).to.be.oneOf(['warning', 'ok']);
      });
    it('ends when the phone logs it out, and only then', async () => {
      const saved = await savedSession('A');
      const session = await play({ profile: saved, timing: calm });
      session.client.ready();
      session.client.emit('disconnected', 'LOGOUT');
      await session.session.ended;
      expect(sessions.host.ended).to.equal(1);
      expect(session.lastWords?.fault).to.include({
        kind: 'rejected',
        scope: 'reauthorise',
        code: 'logged_out',
      });
      expect(sessions.host.states.at(-1)?.health).to.equal('reauthorise');
    });
    it('is given back for an older one when WhatsApp does not know it', async () => {
      const saved = await savedSession('A');
      const session = await play({ profile: saved, hasOther: true });
      session.client.emit('qr', 'code-1');
      await session.session.ended;
      expect(session.lastWords?.isUnrecognised).to.equal(true);
      expect(sessions.host.states.some(state => state.pairing)).to.equal(false);
      expect(await markOf(sessions.host.newest!)).to.equal('A');
    });
    it('shows a code when there is no older one', async () => {
      const session = await play({ profile: await savedSession('A') });
      session.client.emit('qr', 'code-1');
      await sessions.host.untilState(({ pairing }) => pairing?.code === 'code-1');
    });
    it('is opened anew when a code appears while it is connected', async () => {
      const session = await play({ profile: await savedSession('A'), timing: calm });
      session.client.ready();
      await session.client.writeProfile(session.directory, 'wiped');
      session.client.emit('qr', 'code-1');
      await session.session.ended;
      expect(session.lastWords?.fault).to.include({ kind: 'unavailable', code: 'unpaired' });
      expect(await markOf(sessions.host.newest!)).to.equal('A');
    });

    it('outlives a storm of a hundred bad ends', async function () {
      this.timeout(60_000);
      await savedSession('good 0');
      const reasons = [
        'CONFLICT',
        'UNPAIRED',
        'UNPAIRED_IDLE',
        'PROXYBLOCK',
        'crash',
        'qr',
        'silence',
        'close',
        'fault',
      ];
      let good = 0;
      for (let round = 0; round < 100; round++) {
        const reason = reasons[round % reasons.length]!;
        const newest = sessions.host.newest!;
        const session = await play({ profile: newest, timing: { ...calm, pulseEveryMs: 2, saveEveryMs: 2 } });
        const { client, directory } = session;
        expect(await readMark(directory), `restored in round ${round}`).to.equal(`good ${good}`);
        if (reason !== 'fault' && round % 2 === 0) client.ready();
        if (reason === 'close' && round % 2 === 0) {
          await client.writeProfile(directory, `good ${++good}`);
          await session.close();
          continue;
        }
        client.state = reason;
        await client.writeProfile(directory, 'wiped');
        if (reason === 'crash') client.crash();
        else if (reason === 'qr') for (let code = 0; code < 8; code++) client.emit('qr', `${code}`);
        else if (reason === 'silence') client.probeFault = new Error('silent');
        else if (reason !== 'close') client.emit('disconnected', reason);
        client.probeFault ??= new Error('gone');
        await session.close();
        expect(await markOf(sessions.host.newest!), `${reason} in round ${round}`).to.equal(`good ${good}`);
      }
      expect(sessions.host.ended).to.equal(0);
      expect(good).to.be.greaterThan(3);
    });
  });
});

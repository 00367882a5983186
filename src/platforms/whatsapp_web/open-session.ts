import type { Random } from '../../kit/random.ts';
import { within } from '../../kit/within.ts';
import { type Rejected, Unavailable } from '../adapter.ts';
import { Connection } from './connection.ts';
import { MissedTime } from './missed-time.ts';
import { Pairing } from './pairing.ts';
import { SendPace } from './send-pace.ts';
import { type SessionClient, type SessionEvent, sessionEvents } from './session-client.ts';
import { faultOf, messageOf, notConnected } from './session-faults.ts';
import { SessionInbox } from './session-inbox.ts';
import { SessionKeeper } from './session-keeper.ts';
import type { SessionProfile } from './session-profile.ts';
import type { SessionMessage, SessionPort, SessionState, ToSession } from './session-protocol.ts';
import { SessionPulse } from './session-pulse.ts';
import { SessionSender } from './session-sender.ts';
import type { SessionTiming } from './session-timing.ts';
import { addressOf } from './web-address.ts';
import { endingOf, isSound, stateOf, unreachable } from './web-state.ts';

export interface SessionParts {
  readonly client: SessionClient;
  readonly port: SessionPort;
  readonly profile: SessionProfile;
  /** Another profile can be tried if WhatsApp does not know this one. */
  readonly hasOther: boolean;
  readonly timing: SessionTiming;
  readonly random: Random;
}
export interface Session {
  receive(message: ToSession): void;
  /** Something was thrown that nobody caught. */
  trouble(): void;
  /** Resolves when everything is closed and the last words are said. */
  readonly ended: Promise<void>;
}

const threeDaysMs = 3 * 24 * 60 * 60_000;
const incomplete =
  'What was said while nobody listened could not be read completely. Look at the phone for it.';

/** Opens WhatsApp Web and tells the line of everything in it, until it is closed or cannot go on. */
export function openSession(parts: SessionParts): Session {
  const session = new WebSession(parts);
  session.begin();
  return session;
}

class WebSession implements Session {
  readonly ended: Promise<void>;
  readonly #parts: SessionParts;
  readonly #inbox: SessionInbox;
  readonly #sender: SessionSender;
  readonly #keeper: SessionKeeper;
  readonly #pulse: SessionPulse;
  readonly #pairing: Pairing;
  readonly #connection: Connection;
  readonly #missed: MissedTime;
  #phase: 'starting' | 'pairing' | 'loading' | 'ready' | 'ending' = 'starting';
  #phaseTimer: NodeJS.Timeout | undefined;
  #pairedAt = 0;
  #missing: string | null = null;
  #told = '';
  #tellEnd: () => void = () => undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { client, port, profile, timing, random } = parts;
    const probe = () => client.probe();
    const account = () => this.#account();
    const warn = (message: string) => this.#tell({ ...this.#connected(), health: 'warning', message });
    const onTheirWay = profile.facts?.onTheirWay;
    this.#inbox = new SessionInbox({ client, port, timing, account, warn, onTheirWay });
    const { people, index, ownSends } = this.#inbox;
    const pace = new SendPace(timing, random);
    this.#sender = new SessionSender({ client, people, index, ownSends, pace, timing });
    const facts = () => ({
      account: account(),
      pairedAt: this.#pairedAt,
      coveredUntil: this.#coveredUntil(),
      onTheirWay: ownSends.onTheirWay(),
    });
    this.#keeper = new SessionKeeper({ profile, port, timing, probe, warn, facts });
    const fail = (code: string, message: string) => {
      warn(message);
      this.#end(new Unavailable('channel', code, message));
    };
    const miss = (message: string) => {
      this.#connection.doubt();
      warn(message);
    };
    this.#pulse = new SessionPulse({ timing, probe, miss, fail, tell: state => this.#hearState(state) });
    this.#connection = new Connection({
      settleMs: timing.pulseEveryMs,
      missed: since => this.#missed.readSince(since),
    });
    this.#missed = new MissedTime({
      read: since => this.#inbox.catchUp(since, this.#pairedAt),
      retryAfterMs: timing.saveEveryMs,
      tell: isComplete => {
        this.#missing = isComplete ? null : incomplete;
        this.#tellState(this.#connection.state);
      },
    });
    const tell = (state: SessionState) => this.#tell(state);
    this.#pairing = new Pairing({ timing, tell, giveUp: reason => this.#end(reason) });
    this.ended = new Promise(resolve => {
      this.#tellEnd = resolve;
    });
  }

  begin(): void {
    const { client, port, timing } = this.#parts;
    for (const event of sessionEvents) client.on(event, (...args) => this.#on(event, args));
    client.onBrowser(pid => port({ type: 'browser', pid }));
    client.onGone(reason =>
      this.#end(new Unavailable('channel', 'browser_gone', `The browser has ended: ${reason}`)),
    );
    this.#tell({ health: 'unknown', message: 'WhatsApp Web is being opened.' });
    this.#limitPhase(timing.startWithinMs, 'it did not open in time.');
    client.initialize().catch(error => this.#failToReach(messageOf(error)));
  }

  receive(message: ToSession): void {
    switch (message.type) {
      case 'acknowledge':
        return this.#inbox.acknowledge(message.sequences);
      case 'saved':
        return this.#keeper.answer(message.request, message.isSaved);
      case 'send':
        this.#send(message.request, message.message).catch(() => undefined);
        return;
      case 'close':
        return this.#end(undefined);
      case 'start':
        throw new TypeError('A session is started once.');
    }
  }

  trouble(): void {
    this.#pulse.hurry();
  }

  #on(event: SessionEvent, args: readonly unknown[]): void {
    if (this.#phase === 'ending') return;
    const first = String(args[0]);
    switch (event) {
      case 'qr':
        return this.#onCode(first);
      case 'authenticated':
        return this.#onAuthenticated();
      case 'ready':
        return this.#onReady();
      case 'auth_failure':
        return this.#tell({
          health: 'reauthorise',
          message: 'WhatsApp Web could not open the saved session.',
        });
      case 'loading_screen':
        return this.#onLoading(Number(first));
      case 'change_state':
        return this.#hearState(first);
      case 'disconnected':
        return this.#onDisconnected(first);
      default:
        return this.#inbox.take(event, args);
    }
  }

  #onCode(code: string): void {
    const isFirst = this.#phase === 'starting';
    this.#keeper.distrust();
    if (this.#phase === 'ready' || this.#phase === 'loading') return this.#end(endingOf('UNPAIRED'));
    // WhatsApp does not know this profile. Another one may be known, and is tried before a person is asked for.
    if (isFirst && this.#parts.profile.facts !== undefined && this.#parts.hasOther)
      return this.#end(endingOf('UNPAIRED'), { isUnrecognised: true });
    clearTimeout(this.#phaseTimer);
    this.#phase = 'pairing';
    this.#pairing.show(code);
  }

  #onAuthenticated(): void {
    this.#pairing.stop();
    if (this.#phase === 'ready') return;
    this.#phase = 'loading';
    this.#tell({ health: 'unknown', message: 'WhatsApp Web knows the phone and loads its chats.' });
    this.#limitPhase(this.#parts.timing.loadWithinMs, 'it did not load the chats in time.');
  }

  #onLoading(percent: number): void {
    if (this.#phase !== 'loading' || !Number.isFinite(percent)) return;
    this.#tell({ health: 'unknown', message: `WhatsApp Web loads its chats: ${Math.round(percent)} %.` });
  }

  #onReady(): void {
    clearTimeout(this.#phaseTimer);
    this.#pairing.stop();
    if (this.#phase === 'ready') return this.#onReadyAgain();
    this.#phase = 'ready';
    this.#connection.begin();
    this.#tellState('CONNECTED');
    const { facts } = this.#parts.profile;
    const before = facts?.account === this.#account() ? facts : undefined;
    this.#pairedAt = before?.pairedAt ?? Date.now();
    this.#missed.readSince(before?.coveredUntil ?? Date.now() - threeDaysMs);
    this.#keeper.start();
    this.#pulse.start();
  }

  /** The page was loaded anew, or has lost WhatsApp and found it again: until now nobody listened. It says itself how it is. */
  #onReadyAgain(): void {
    this.#missed.readSince(this.#connection.connectedUntil);
    this.#pulse.hurry();
  }

  /** Everything until then is durable, files too, and nothing was said that did not reach us. Milliseconds since 1970. */
  #coveredUntil(): number {
    const covered = Math.min(this.#inbox.coveredUntil(), this.#connection.connectedUntil);
    return Math.min(covered, this.#missed.oldest() ?? covered);
  }

  /** Whatever it is: nothing is deleted but by the phone. */
  #onDisconnected(reason: string): void {
    const isLoggedOut = reason === 'LOGOUT';
    const ending = endingOf(reason);
    this.#keeper.distrust();
    if (isLoggedOut) this.#tell({ health: 'reauthorise', message: ending.message });
    else this.#tellState(reason);
    this.#end(ending, { isLoggedOut });
  }

  async #send(request: number, message: SessionMessage): Promise<void> {
    const { port } = this.#parts;
    const requireReady = () => {
      if (this.#phase !== 'ready' || !this.#connection.isConnected) throw notConnected();
    };
    try {
      requireReady();
      const receipt = await this.#sender.send(message, () => {
        requireReady();
        port({ type: 'sendStarted', request });
      });
      port({ type: 'sent', request, outcome: receipt });
    } catch (error) {
      port({ type: 'sent', request, outcome: { fault: faultOf(error) } });
    }
  }

  #account(): string {
    const address = addressOf(this.#parts.client.account()?.id ?? null);
    return address?.kind === 'phone' ? address.user : '';
  }

  /** What the page says of its connection, by itself or when it is asked. */
  #hearState(state: string | null): void {
    if (this.#phase === 'ready') this.#connection.hear(state);
    if (state !== null) this.#tellState(state);
  }

  #tellState(state: string): void {
    if (!isSound(state)) this.#keeper.distrust();
    if (this.#phase !== 'ready') return;
    this.#tell({ ...this.#connected(), ...stateOf(state) });
  }

  #connected(): SessionState {
    const number = this.#account();
    const name = this.#parts.client.account()?.name;
    const accountName = [name, number === '' ? undefined : `+${number}`].filter(Boolean).join(', ');
    return {
      health: this.#missing === null ? 'ok' : 'warning',
      message: this.#missing,
      ...(accountName === '' ? {} : { accountName }),
    };
  }

  #tell(state: SessionState): void {
    const text = JSON.stringify(state);
    if (this.#phase === 'ending' || text === this.#told) return;
    this.#told = text;
    this.#parts.port({ type: 'state', state });
  }

  #failToReach(reason: string): void {
    const ending = unreachable(reason);
    this.#tell({ health: 'warning', message: ending.message });
    this.#end(ending);
  }

  #limitPhase(withinMs: number, reason: string): void {
    clearTimeout(this.#phaseTimer);
    this.#phaseTimer = setTimeout(() => this.#failToReach(reason), withinMs);
  }

  #end(
    fault: Rejected | Unavailable | undefined,
    { isUnrecognised = false, isLoggedOut = false } = {},
  ): void {
    if (this.#phase === 'ending') return;
    this.#phase = 'ending';
    clearTimeout(this.#phaseTimer);
    this.#missed.stop();
    this.#pairing.stop();
    this.#pulse.stop();
    this.#inbox.stop();
    this.#close(isLoggedOut)
      .catch(() => undefined)
      .then(() => {
        this.#parts.port({
          type: 'ended',
          ...(fault && { fault: faultOf(fault) }),
          ...(isUnrecognised && { isUnrecognised }),
        });
        this.#tellEnd();
      })
      .catch(() => undefined);
  }

  /** The last profile is read when the browser has written everything, and only if WhatsApp knew it right before. */
  async #close(isLoggedOut: boolean): Promise<void> {
    const { client, profile, timing } = this.#parts;
    const isKnown = await this.#keeper.stop();
    await client.close(timing.browserCloseMs);
    const keep = async () => {
      if (isLoggedOut) await this.#keeper.ask(request => ({ type: 'loggedOut', request }));
      else if (isKnown) await this.#keeper.saveLast();
    };
    await within(timing.saveAtCloseMs, keep()).catch(() => undefined);
    await profile.remove();
  }
}

import { rmSync, utimesSync } from 'node:fs';
import { openSession, type Session } from './open-session.ts';
import type { SessionClient } from './session-client.ts';
import { faultOf, messageOf, notConnected } from './session-faults.ts';
import { markEveryMs } from './session-folders.ts';
import { layProfile } from './session-profile.ts';
import { type FromSession, type ToSession, toSession } from './session-protocol.ts';
import { type SessionTiming, sessionTiming } from './session-timing.ts';
import { unreachable } from './web-state.ts';

type Start = Extract<ToSession, { type: 'start' }>;
export type MakeClient = (start: Start) => SessionClient;

/** The life of the process of one session: it begins with `start` and ends with `ended`, or with the line's process. */
export function runSession(makeClient: MakeClient, timing: SessionTiming = sessionTiming): void {
  let session: Session | undefined;
  let directory: string | undefined;

  const send = (message: FromSession) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  /** The last words must be out before this process is. */
  const leave = (message: Extract<FromSession, { type: 'ended' }>) => {
    if (!process.connected) return process.exit(1);
    process.send?.(message, undefined, undefined, () => process.exit(0));
  };
  const fail = (error: unknown) => leave({ type: 'ended', fault: faultOf(unreachable(messageOf(error))) });

  const start = async (message: Start) => {
    directory = message.directory;
    const profile = await layProfile(message.directory, message.profile);
    let lastWords: Extract<FromSession, { type: 'ended' }> = { type: 'ended' };
    session = openSession({
      client: makeClient(message),
      port: said => {
        if (said.type === 'ended') lastWords = said;
        else send(said);
      },
      profile,
      hasOther: message.hasOther,
      timing,
      random: Math.random,
    });
    setInterval(() => mark(message.directory), markEveryMs).unref();
    await session.ended;
    leave(lastWords);
  };

  process.on('message', raw => {
    const message = toSession.safeParse(raw);
    if (!message.success) return fail(new Error('the line and its session are not of the same release.'));
    if (message.data.type === 'start') start(message.data).catch(fail);
    else if (session) session.receive(message.data);
    else if (message.data.type === 'close') leave({ type: 'ended' });
    else if (message.data.type === 'send')
      send({ type: 'sent', request: message.data.request, outcome: { fault: faultOf(notConnected()) } });
  });
  // The line's process is gone, and nobody can store anything any more. The pipe to the browser ends with this process.
  process.on('disconnect', () => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    process.exit(1);
  });
  // A terminal sends these to every process in it; the line says when it is time.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  // The library leaves many promises to themselves.
  process.on('unhandledRejection', () => session?.trouble());
}

/** That the folder is in use: see removeAbandoned. */
function mark(directory: string): void {
  try {
    utimesSync(directory, new Date(), new Date());
  } catch {
    // It is being removed.
  }
}

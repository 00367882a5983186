import { type SessionTiming, sessionTiming } from '../../src/platforms/whatsapp_web/session-timing.ts';

/** As in life, only faster. */
export const fastTiming: SessionTiming = {
  ...sessionTiming,
  startWithinMs: 5000,
  loadWithinMs: 5000,
  codeSilenceMs: 5000,
  pulseEveryMs: 20,
  pulseWithinMs: 200,
  unconnectedMs: 60_000,
  saveEveryMs: 30,
  quietMs: 5,
  quietWithinMs: 200,
  askWithinMs: 200,
  sendWithinMs: 200,
  gapMs: { least: 0, most: 1 },
  mostSendsInAMinute: 1000,
  fetchAfterMs: [0, 5, 5],
  fetchWithinMs: 200,
};

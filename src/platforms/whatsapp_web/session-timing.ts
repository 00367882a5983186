/** How long things take and how often they happen; all in milliseconds. */
export interface SessionTiming {
  /** Without a code or a connection until then, WhatsApp Web cannot be reached. */
  readonly startWithinMs: number;
  /** From the phone's reading of the code, or a known session, until messages come. */
  readonly loadWithinMs: number;
  /** WhatsApp shows the first code of a page for a minute, and the others shorter. */
  readonly firstCodeMs: number;
  readonly laterCodeMs: number;
  /** No new code for so long: the page has stopped making them. */
  readonly codeSilenceMs: number;
  readonly pulseEveryMs: number;
  readonly pulseWithinMs: number;
  /** Connected to nobody for so long: the browser is started anew. */
  readonly unconnectedMs: number;
  readonly saveEveryMs: number;
  /** The profile rests when nothing in it has changed for so long. */
  readonly quietMs: number;
  readonly quietWithinMs: number;
  /** A question to the page: who somebody is, whether a number exists. */
  readonly askWithinMs: number;
  /** From the line's asking until the message is begun, and from then until WhatsApp has it: less than a sender waits. */
  readonly prepareWithinMs: number;
  readonly sendWithinMs: number;
  readonly gapMs: { readonly least: number; readonly most: number };
  readonly mostSendsInAMinute: number;
  /** A message that would wait longer for its turn is given back. */
  readonly turnWithinMs: number;
  /** Before each try to fetch a file. */
  readonly fetchAfterMs: readonly number[];
  readonly fetchWithinMs: number;
  /** The parts of a closing; together less than ten seconds. */
  readonly probeAtCloseMs: number;
  readonly browserCloseMs: number;
  readonly saveAtCloseMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const sessionTiming: SessionTiming = {
  startWithinMs: 3 * MINUTE,
  loadWithinMs: 5 * MINUTE,
  firstCodeMs: 60 * SECOND,
  laterCodeMs: 25 * SECOND,
  codeSilenceMs: 90 * SECOND,
  pulseEveryMs: MINUTE,
  pulseWithinMs: 15 * SECOND,
  unconnectedMs: 10 * MINUTE,
  saveEveryMs: 5 * MINUTE,
  quietMs: 3 * SECOND,
  quietWithinMs: 30 * SECOND,
  askWithinMs: 5 * SECOND,
  prepareWithinMs: 12 * SECOND,
  sendWithinMs: 18 * SECOND,
  gapMs: { least: 800, most: 2500 },
  mostSendsInAMinute: 20,
  turnWithinMs: 5 * SECOND,
  fetchAfterMs: [0, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE],
  fetchWithinMs: 2 * MINUTE,
  probeAtCloseMs: SECOND,
  browserCloseMs: 3 * SECOND,
  saveAtCloseMs: 4500,
};

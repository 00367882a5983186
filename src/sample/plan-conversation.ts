import { isThreaded, mentionNames, platformsWithWindow, slaPolicy, type TeamKey, teamOf } from './company.ts';
import type { AgentKey, Dialogue } from './dialogue.ts';
import { type PlannedMessage, plannedMessage, systemMessage } from './plan-message.ts';
import type { SeededRandom } from './seeded-random.ts';
import { isAgentLine, isCustomerLine, isNoteLine, type TimedLine, timelineOf } from './timeline.ts';

export interface PlannedNote {
  readonly at: Date;
  readonly author: AgentKey;
  readonly content: string;
  readonly mentions: readonly AgentKey[];
}
export interface PlannedAssignment {
  readonly at: Date;
  readonly to: AgentKey;
  readonly by: AgentKey;
  /** Who had it before: then it is a handover. */
  readonly from: AgentKey | null;
  readonly until: Date | null;
}
export interface PlannedSla {
  readonly firstDueAt: Date;
  readonly firstBreached: boolean;
  readonly nextDueAt: Date;
  readonly nextBreached: boolean;
  readonly resolutionDueAt: Date;
  readonly resolutionBreached: boolean;
}
export interface PlannedConversation {
  readonly dialogue: Dialogue;
  readonly team: TeamKey | null;
  /** '' where the customer has one thread only. */
  readonly threadKey: string;
  /** In the order of the thread. */
  readonly messages: readonly PlannedMessage[];
  readonly notes: readonly PlannedNote[];
  readonly assignments: readonly PlannedAssignment[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The newest message that somebody wrote: system lines are no news. */
  readonly last: PlannedMessage;
  readonly messageCount: number;
  readonly inboundCount: number;
  readonly unreadCount: number;
  readonly lastInboundAt: Date;
  readonly waitingSince: Date | null;
  readonly firstResponseAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly snoozedUntil: Date | null;
  readonly windowExpiresAt: Date | null;
  readonly sla: PlannedSla;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const later = (at: Date, ms: number) => new Date(at.getTime() + ms);

/** Everything about one conversation that follows from its dialogue. `number` tells threads of a mailbox apart. */
export function planConversation(
  dialogue: Dialogue,
  number: number,
  now: Date,
  random: SeededRandom,
): PlannedConversation {
  const timeline = timelineOf(dialogue, now, random);
  const assignments = assignmentsOf(dialogue, timeline, random);
  const written = writtenMessages(dialogue, timeline, assignments, now, random);
  const [first, last] = [written[0], written.at(-1)];
  if (first === undefined || last === undefined)
    throw new Error(`A dialogue of ${dialogue.who} says nothing.`);

  const inbound = written.filter(message => message.author === 'customer');
  const answers = written.filter(message => message.author !== 'customer');
  const lastAnswerAt = answers.at(-1)?.at;
  const unanswered = inbound.filter(message => lastAnswerAt === undefined || message.at > lastAnswerAt);
  const isOver = dialogue.is === 'resolved' || dialogue.is === 'archived';
  const closing = closingOf(dialogue, last.at, timeline.at(-1)?.at ?? last.at, now, random);
  const firstResponseAt = answers[0]?.at ?? null;
  const resolvedAt = isOver && firstResponseAt !== null ? closing.at : null;
  const lastInboundAt = inbound.at(-1)?.at ?? first.at;
  const messages = [...written, ...announced(assignments, random), ...closing.lines].sort(
    (one, other) => one.at.getTime() - other.at.getTime(),
  );
  const notes = notesOf(dialogue, timeline, assignments);
  const latest = Math.max(...[...messages, ...notes].map(entry => entry.at.getTime()), closing.at.getTime());
  return {
    dialogue,
    team: dialogue.team ?? (dialogue.agent ? teamOf(dialogue.agent) : null),
    threadKey: isThreaded(dialogue.on) ? `<sample-${number}@lumen-oak.example>` : '',
    messages,
    notes,
    assignments,
    createdAt: first.at,
    updatedAt: new Date(Math.min(latest, now.getTime())),
    last,
    messageCount: written.length,
    inboundCount: inbound.length,
    unreadCount: isOver ? 0 : unanswered.length,
    lastInboundAt,
    waitingSince: isOver ? null : (unanswered[0]?.at ?? null),
    firstResponseAt,
    resolvedAt,
    snoozedUntil: dialogue.wakesIn === undefined ? null : later(now, dialogue.wakesIn * HOUR),
    windowExpiresAt: platformsWithWindow.has(dialogue.on) ? later(lastInboundAt, 24 * HOUR) : null,
    sla: slaOf(written, resolvedAt, isOver, now),
  };
}

/** A conversation is taken a moment before its first answer; `to` lines hand it on. */
function assignmentsOf(
  dialogue: Dialogue,
  timeline: readonly TimedLine[],
  random: SeededRandom,
): PlannedAssignment[] {
  const { agent } = dialogue;
  const start = timeline[0]?.at;
  if (agent === undefined || start === undefined) return [];
  const handovers = timeline.flatMap(({ line, at }) =>
    'to' in line ? [{ at, to: line.to, by: line.by }] : [],
  );
  const original = handovers[0]?.by ?? agent;
  const answeredAt = timeline.find(({ line }) => isAgentLine(line))?.at ?? later(start, MINUTE);
  const takenAt = later(start, (answeredAt.getTime() - start.getTime()) * random.between(0.6, 0.9));
  const by = random.chance(0.6) ? original : 'maria';
  const steps = [{ at: takenAt, to: original, by }, ...handovers];
  return steps.map((step, index) => ({
    ...step,
    from: steps[index - 1]?.to ?? null,
    until: steps[index + 1]?.at ?? null,
  }));
}

function agentAt(assignments: readonly PlannedAssignment[], at: Date, otherwise: AgentKey): AgentKey {
  return assignments.findLast(assignment => assignment.at <= at)?.to ?? assignments[0]?.to ?? otherwise;
}

function writtenMessages(
  dialogue: Dialogue,
  timeline: readonly TimedLine[],
  assignments: readonly PlannedAssignment[],
  now: Date,
  random: SeededRandom,
): PlannedMessage[] {
  return timeline.flatMap(({ line, at }, index) => {
    if (!isCustomerLine(line) && !isAgentLine(line)) return [];
    const next = timeline.find((entry, place) => place > index && isCustomerLine(entry.line));
    const agent = agentAt(assignments, at, dialogue.agent ?? 'lena');
    const around = { at, now, channel: dialogue.on, agent, nextInboundAt: next?.at ?? null, random };
    return [plannedMessage(line, around)];
  });
}

/** Handovers always show in the thread; a first assignment only in some. */
function announced(assignments: readonly PlannedAssignment[], random: SeededRandom): PlannedMessage[] {
  return assignments
    .filter(assignment => assignment.from !== null || random.chance(0.35))
    .map(({ at, by, to }) => systemMessage(at, { event: 'assigned', by, to }));
}

/** When it became what it is, and the lines that say so. */
function closingOf(
  dialogue: Dialogue,
  lastAt: Date,
  endAt: Date,
  now: Date,
  random: SeededRandom,
): { at: Date; lines: PlannedMessage[] } {
  const { is: status, agent: by = 'lena' } = dialogue;
  const pause =
    status === 'resolved' || status === 'archived' ? random.between(2, 50) : random.between(0.2, 1);
  const wished = later(endAt, pause * MINUTE);
  const at = wished < now ? wished : new Date((lastAt.getTime() + now.getTime()) / 2);
  if (status === 'new' || status === 'open') return { at: endAt, lines: [] };
  const isShown = status !== 'resolved' || random.chance(0.6);
  const from = dialogue.agent === undefined ? 'new' : 'open';
  const to = status === 'archived' && dialogue.agent !== undefined ? 'resolved' : status;
  return { at, lines: isShown ? [systemMessage(at, { event: 'status', by, from, to })] : [] };
}

function notesOf(
  dialogue: Dialogue,
  timeline: readonly TimedLine[],
  assignments: readonly PlannedAssignment[],
): PlannedNote[] {
  return timeline.flatMap(({ line, at }) => {
    if (!isNoteLine(line)) return [];
    const mentions = mentionNames.filter(([name]) => line.n.includes(name)).map(([, agent]) => agent);
    const author = line.by ?? agentAt(assignments, at, dialogue.agent ?? 'lena');
    return [{ at, author, content: line.n, mentions }];
  });
}

/** The promises of the policy: the next response runs from the beginning of the last wait. */
function slaOf(
  written: readonly PlannedMessage[],
  resolvedAt: Date | null,
  isOver: boolean,
  now: Date,
): PlannedSla {
  const createdAt = written[0]?.at ?? now;
  let waitsFrom: Date | null = null;
  let wait = { from: createdAt, until: null as Date | null };
  for (const message of written) {
    if (message.author === 'customer') {
      waitsFrom ??= message.at;
      if (wait.from !== waitsFrom) wait = { from: waitsFrom, until: null };
    } else if (waitsFrom) {
      wait = { from: waitsFrom, until: message.at };
      waitsFrom = null;
    }
  }
  const firstAnswerAt = written.find(message => message.author !== 'customer')?.at ?? null;
  const isLate = (dueAt: Date, keptAt: Date | null) => (keptAt ?? (isOver ? createdAt : now)) > dueAt;
  const firstDueAt = later(createdAt, slaPolicy.firstResponseMinutes * MINUTE);
  const nextDueAt = later(wait.from, slaPolicy.nextResponseMinutes * MINUTE);
  const resolutionDueAt = later(createdAt, slaPolicy.resolutionHours * HOUR);
  return {
    firstDueAt,
    firstBreached: isLate(firstDueAt, firstAnswerAt),
    nextDueAt,
    nextBreached: firstAnswerAt !== null && isLate(nextDueAt, wait.until),
    resolutionDueAt,
    resolutionBreached: isLate(resolutionDueAt, resolvedAt),
  };
}

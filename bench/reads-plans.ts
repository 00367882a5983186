import type { TenantDb } from '../src/db/planes.ts';
import type { Session } from '../src/db/session.ts';
import { countConversations, listConversations, readThread } from '../src/features/conversations/index.ts';
import { ABSENT_WORD, COMMON_WORD, LONG_THREAD, RARE_WORD, TAGS } from './reads-data.ts';

type ListQuery = Parameters<typeof listConversations>[2];

/** Runs each statement, and before that once more under EXPLAIN. */
function explaining(session: Session, plans: string[]): TenantDb {
  const db: Pick<TenantDb, 'query'> = {
    async query(statement, values) {
      const text = typeof statement === 'string' ? statement : statement.text;
      const lines = await session.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN (ANALYZE, BUFFERS) ${text}`,
        values,
      );
      plans.push(lines.map(line => line['QUERY PLAN']).join('\n'));
      return session.query(text, values);
    },
  };
  return db as TenantDb;
}

export interface ViewPlan {
  readonly view: string;
  /** One for each statement. */
  readonly plans: readonly string[];
  /** Pages of 8 kB that the statements looked at, in memory or not: what does not depend on the machine. */
  readonly buffers: number;
}

/** The outermost node's buffers are those of the whole statement; planning has its own line at the end. */
function buffersOf(plan: string): number {
  const line = /^\s*Buffers: shared (.*)$/m.exec(plan.split('\nPlanning')[0] ?? '')?.[1] ?? '';
  return [...line.matchAll(/(?:hit|read)=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
}

const UNRESOLVED: ListQuery['status'] = ['new', 'open', 'pending', 'snoozed'];
const LISTS: Readonly<Record<string, Partial<ListQuery>>> = {
  'first page': { limit: 25 },
  mine: { assignee: 'me', status: UNRESOLVED },
  unassigned: { assignee: 'unassigned', status: UNRESOLVED },
  snoozed: { status: ['snoozed'] },
  resolved: { status: ['resolved'], limit: 25 },
  'by team': { team: 1, status: UNRESOLVED },
  'by channel': { channel: 1, status: UNRESOLVED },
  'by a common tag': { tag: TAGS.common },
  'by a rare tag': { tag: TAGS.rare },
  'a rare word': { q: RARE_WORD },
  'a common word': { q: COMMON_WORD },
  'an absent word': { q: ABSENT_WORD },
};

/** The plans of what the routes ask for each view, on a tenant with `conversations` conversations. */
export async function plansOf(
  session: Session,
  conversations: number,
  viewerId: number,
): Promise<ViewPlan[]> {
  const found: ViewPlan[] = [];
  const note = async (view: string, ask: (db: TenantDb) => Promise<unknown>) => {
    const plans: string[] = [];
    await ask(explaining(session, plans));
    found.push({ view, plans, buffers: plans.reduce((sum, plan) => sum + buffersOf(plan), 0) });
  };
  for (const [title, query] of Object.entries(LISTS))
    await note(`list, ${title}`, db =>
      listConversations(db, viewerId, { sort: 'newest', limit: 10, ...query }),
    );
  await note('counts', db => countConversations(db, viewerId));
  await note('thread, newest page', db => readThread(db, conversations, { limit: 50 }));
  const before = conversations * 10 + LONG_THREAD / 2;
  await note('thread, an old page', db => readThread(db, conversations, { limit: 50, before }));
  return found;
}

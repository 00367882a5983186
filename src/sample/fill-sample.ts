import type { Database } from '../db/planes.ts';
import { dialogues } from './dialogues/index.ts';
import { planConversation } from './plan-conversation.ts';
import { seededRandom } from './seeded-random.ts';
import { type SampleOptions, writeCompany } from './write-company.ts';
import { writeConversations } from './write-conversations.ts';
import { writePeople } from './write-customers.ts';
import { writeMessages } from './write-messages.ts';
import { writeReads } from './write-reads.ts';

const SEED = 20_261_121;

/**
 * Fills a fresh tenant with the small company Lumen & Oak: its people, two hundred conversations of the last six weeks
 * and what hangs on them. The same `now` gives the same sample, but for webhook tokens and public ids. It writes no
 * events: nobody listens yet. `db` is a transaction that the caller has opened. Throws when the tenant has a sample.
 */
export async function fillSample(db: Database, options: SampleOptions): Promise<void> {
  const random = seededRandom(SEED);
  const conversations = dialogues
    .map((dialogue, index) => planConversation(dialogue, index + 1, options.now, random))
    .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  const company = await writeCompany(db, options, random);
  const people = await writePeople(db, conversations, company, random);
  const conversationIds = await writeConversations(db, conversations, company, people, random);
  const messageIds = await writeMessages(db, conversations, conversationIds, company);
  await writeReads(db, conversations, conversationIds, messageIds, company, random);
}

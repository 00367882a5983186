import type { Migration } from '../src/db/migration.ts';
import { createPeople } from './20261121-01-create-people.ts';
import { createChannelsAndCustomers } from './20261121-02-create-channels-and-customers.ts';
import { createConversations } from './20261121-03-create-conversations.ts';
import { createMessages } from './20261121-04-create-messages.ts';
import { createConversationWork } from './20261121-05-create-conversation-work.ts';
import { createPlumbing } from './20261121-06-create-plumbing.ts';
import { keepFiles } from './20261121-07-keep-files.ts';
import { indexUnassigned } from './20261121-08-index-unassigned.ts';
import { followWatermarks } from './20261121-09-follow-watermarks.ts';
import { checkChannels } from './20261121-10-check-channels.ts';
import { pull } from './20261121-11-pull.ts';
import { receiveMail } from './20261122-12-receive-mail.ts';
import { keepSessions } from './20261122-13-keep-sessions.ts';
import { knowTemplates } from './20261122-14-know-templates.ts';
import { trustAddresses } from './20261122-15-trust-addresses.ts';
import { tryForATime } from './20261122-16-try-for-a-time.ts';
import { forgetReceipts } from './20261122-17-forget-receipts.ts';

/** In the order in which they run. Never reordered, never edited once released. */
export const tenantMigrations: readonly Migration[] = [
  createPeople,
  createChannelsAndCustomers,
  createConversations,
  createMessages,
  createConversationWork,
  createPlumbing,
  keepFiles,
  indexUnassigned,
  followWatermarks,
  checkChannels,
  pull,
  receiveMail,
  keepSessions,
  knowTemplates,
  trustAddresses,
  tryForATime,
  forgetReceipts,
];

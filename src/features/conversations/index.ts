export {
  type ConversationRow,
  conversationColumns,
  conversationPatch,
  lastMessageOf,
  nextPromise,
  previewOf,
  selectConversation,
} from './conversation.ts';
export { conversationPatchSql, isoSql } from './conversation-json.ts';
export {
  countConversations,
  foldCounts,
  listConversations,
  readConversation,
} from './conversation-read-model.ts';
export { actorOf, bindConversationRoutes, requireConversation } from './conversation-routes.ts';
export { markRead } from './conversation-service.ts';
export { type LockedConversation, lockConversation } from './conversation-store.ts';
export { type MessageRow, messageOf, risesTo, statusRankSql } from './message.ts';
export {
  ATTACHMENT_COLUMNS,
  type AttachmentRow,
  attachmentOf,
  readMessages,
  readThread,
} from './message-read-model.ts';
export { lockMessages, tellOfMessages } from './message-service.ts';
export { wakeSnoozed } from './wake-snoozed.ts';

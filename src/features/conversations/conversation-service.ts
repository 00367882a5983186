import type { assignConversation, updateConversation } from '../../contract/conversations.ts';
import type { EventType } from '../../contract/events.ts';
import type { BodyOf } from '../../contract/operation.ts';
import type { Reference } from '../../contract/primitives.ts';
import { violatedConstraint } from '../../db/session.ts';
import { Conflict, ValidationError } from '../../kit/errors.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { conversationPatch } from './conversation.ts';
import {
  type ConversationChange,
  changeConversation,
  lockConversation,
  putReadMark,
  recordAssignment,
  requireAssignee,
  requireTeam,
} from './conversation-store.ts';
import { writeSystemLine } from './system-line.ts';

/** Who changes something: a user by name, or a program (null). */
export type Actor = Reference | null;

function emitPatch(
  tx: TenantTx,
  type: Extract<EventType, 'conversation.updated' | 'conversation.assigned' | 'conversation.resolved'>,
  row: Parameters<typeof conversationPatch>[0],
  more: { assignedTo?: Reference | null; team?: Reference | null } = {},
): void {
  tx.emit(
    eventDraft(type, `conversation:${row.id}`, { conversation: { ...conversationPatch(row), ...more } }),
  );
}

/** Status, priority, subject, snooze, team. Throws NotFound, ValidationError, Conflict. */
export async function updateConversationFields(
  tx: TenantTx,
  actor: Actor,
  id: number,
  body: BodyOf<typeof updateConversation>,
): Promise<void> {
  const before = await lockConversation(tx, id);
  const change: ConversationChange = {};
  if (body.priority !== undefined) change.priority = body.priority;
  if (body.subject !== undefined) change.subject = body.subject;
  const team = await chosen(body.teamId, id => requireTeam(tx, id));
  if (body.teamId !== undefined) change.team_id = body.teamId;
  Object.assign(change, statusChange(body));
  // Resolved again is not resolved later.
  if (change.status === 'resolved' && before.status === 'resolved') delete change.resolved_at;
  const row = await changeConversation(tx, id, change).catch(error => {
    if (violatedConstraint(error)?.startsWith('conversations_one_unresolved'))
      throw new Conflict('This customer has a newer open conversation; answer there.', 'newer_conversation');
    throw error;
  });
  if (change.status !== undefined && change.status !== before.status)
    await writeSystemLine(tx, before, { event: 'status', from: before.status, to: change.status, by: actor });
  if (body.priority !== undefined && body.priority !== before.priority)
    await writeSystemLine(tx, before, {
      event: 'priority',
      from: before.priority,
      to: body.priority,
      by: actor,
    });
  if (team !== undefined && (team?.id ?? null) !== before.team_id) {
    await recordAssignment(tx, {
      conversationId: id,
      userId: before.assigned_to,
      teamId: team?.id ?? null,
      by: actor?.id ?? null,
      type: actor ? 'manual' : 'api',
    });
    await writeSystemLine(tx, before, { event: 'team', to: team, by: actor });
  }
  emitPatch(
    tx,
    change.status === 'resolved' && before.status !== 'resolved'
      ? 'conversation.resolved'
      : 'conversation.updated',
    row,
    team === undefined ? {} : { team },
  );
}

/** `undefined`: not spoken of; `null`: taken away. */
async function chosen(
  id: number | null | undefined,
  find: (id: number) => Promise<Reference>,
): Promise<Reference | null | undefined> {
  return typeof id === 'number' ? find(id) : id;
}

function statusChange(body: BodyOf<typeof updateConversation>): ConversationChange {
  const status = body.status ?? (body.snoozedUntil ? 'snoozed' : undefined);
  if (status === undefined) {
    if (body.snoozedUntil === null)
      throw new ValidationError('snoozedUntil: give a status to wake the conversation to.');
    return {};
  }
  if (status === 'snoozed') {
    const until = body.snoozedUntil ? new Date(body.snoozedUntil) : undefined;
    if (!until || until <= new Date())
      throw new ValidationError('snoozedUntil: snoozing needs a time in the future.');
    return { status, snoozed_until: until, resolved_at: null };
  }
  if (body.snoozedUntil) throw new ValidationError('snoozedUntil: only a snoozed conversation has one.');
  return {
    status,
    snoozed_until: null,
    resolved_at: status === 'resolved' ? new Date() : null,
    ...(status === 'resolved' && { waiting_since: null }),
  };
}

/** To a user, a team, both, or nobody. A new conversation that somebody takes is open. */
export async function assign(
  tx: TenantTx,
  actor: Actor,
  id: number,
  body: BodyOf<typeof assignConversation>,
): Promise<void> {
  const before = await lockConversation(tx, id);
  const user = await chosen(body.userId, id => requireAssignee(tx, id));
  const team = await chosen(body.teamId, id => requireTeam(tx, id));
  const hasChanged =
    (user !== undefined && (user?.id ?? null) !== before.assigned_to) ||
    (team !== undefined && (team?.id ?? null) !== before.team_id);
  if (!hasChanged) return;
  const row = await changeConversation(tx, id, {
    ...(user !== undefined && { assigned_to: user?.id ?? null }),
    ...(team !== undefined && { team_id: team?.id ?? null }),
    ...(user && before.status === 'new' && { status: 'open' as const }),
  });
  await recordAssignment(tx, {
    conversationId: id,
    userId: user === undefined ? before.assigned_to : (user?.id ?? null),
    teamId: team === undefined ? before.team_id : (team?.id ?? null),
    by: actor?.id ?? null,
    type: actor ? 'manual' : 'api',
  });
  if (user !== undefined && (user?.id ?? null) !== before.assigned_to)
    await writeSystemLine(tx, before, { event: user ? 'assigned' : 'unassigned', to: user, by: actor });
  if (team !== undefined && (team?.id ?? null) !== before.team_id)
    await writeSystemLine(tx, before, { event: 'team', to: team, by: actor });
  emitPatch(tx, 'conversation.assigned', row, {
    ...(user !== undefined && { assignedTo: user }),
    ...(team !== undefined && { team }),
  });
}

export async function markRead(
  tx: TenantTx,
  userId: number,
  conversationId: number,
  lastMessageId: number | undefined,
): Promise<void> {
  const readInboundCount = await putReadMark(tx, conversationId, userId, lastMessageId);
  if (readInboundCount !== undefined)
    tx.emit(
      eventDraft('conversation.read', `conversation:${conversationId}`, {
        conversationId,
        userId,
        readInboundCount,
      }),
    );
}

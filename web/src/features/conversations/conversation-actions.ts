import { useMemo } from 'react';
import {
  assignConversation,
  type Conversation,
  type Priority,
  setConversationTags,
  type Tag,
  updateConversation,
} from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession } from '../../app/session.ts';
import { momentOf } from '../../ui/time.ts';
import { useToasts } from '../../ui/toasts.tsx';

type Named = { id: number; name: string } | null;

export interface ConversationActions {
  assign(conversation: Conversation, user: Named): Promise<boolean>;
  setTeam(conversation: Conversation, team: Named): Promise<boolean>;
  setPriority(conversation: Conversation, priority: Priority): Promise<boolean>;
  setTags(conversation: Conversation, tags: Tag[]): Promise<boolean>;
  snooze(conversation: Conversation, until: Date): Promise<boolean>;
  resolve(conversation: Conversation): Promise<boolean>;
  reopen(conversation: Conversation): Promise<boolean>;
}

/** Each shows at once and is taken back, with the server's reason, when the server says no. */
export function useConversationActions(): ConversationActions {
  const { api, desk, clock } = useSession();
  const toasts = useToasts();
  return useMemo(() => {
    const attempt = async (what: Promise<Conversation>): Promise<boolean> => {
      try {
        await what;
        return true;
      } catch (error) {
        toasts.warn(`Not changed. ${sentenceOf(error)}`);
        return false;
      }
    };
    const update = (id: number, hope: Parameters<typeof desk.change>[1], body: Parameters<typeof send>[1]) =>
      attempt(desk.change(id, hope, () => send(id, body)));
    const send = (id: number, body: { [K in keyof UpdateBody]: UpdateBody[K] }) =>
      api.call(updateConversation, { params: { id }, body });
    const actions: ConversationActions = {
      assign: ({ id }, user) =>
        attempt(
          desk.change(id, { assignedTo: user }, () =>
            api.call(assignConversation, { params: { id }, body: { userId: user?.id ?? null } }),
          ),
        ),
      setTeam: ({ id }, team) => update(id, { team }, { teamId: team?.id ?? null }),
      setPriority: ({ id }, priority) => update(id, { priority }, { priority }),
      setTags: ({ id }, tags) =>
        attempt(
          desk.change(id, { tags }, () =>
            api.call(setConversationTags, { params: { id }, body: { tagIds: tags.map(tag => tag.id) } }),
          ),
        ),
      snooze: async (conversation, until) => {
        const snoozedUntil = until.toISOString();
        const isDone = await update(
          conversation.id,
          { status: 'snoozed', snoozedUntil },
          { status: 'snoozed', snoozedUntil },
        );
        if (isDone)
          toasts.tell(`Snoozed until ${momentOf(snoozedUntil, clock())}.`, {
            label: 'Undo',
            run: () => void actions.reopen(conversation),
          });
        return isDone;
      },
      resolve: async conversation => {
        const isDone = await update(conversation.id, { status: 'resolved' }, { status: 'resolved' });
        if (isDone)
          toasts.tell(`${conversation.customer.name}: resolved.`, {
            label: 'Undo',
            run: () => void actions.reopen(conversation),
          });
        return isDone;
      },
      reopen: ({ id }) => update(id, { status: 'open', snoozedUntil: null }, { status: 'open' }),
    };
    return actions;
  }, [api, desk, clock, toasts]);
}

interface UpdateBody {
  status?: 'open' | 'pending' | 'snoozed' | 'resolved';
  priority?: Priority;
  snoozedUntil?: string | null;
  teamId?: number | null;
}

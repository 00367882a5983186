import { Select } from '@mantine/core';
import { type Conversation, priority, type Reference } from '../../../../src/contract/index.ts';
import { useTeams, useUsers } from '../../api/resources.ts';
import { useMay } from '../../app/session.ts';
import { Chip } from '../../ui/controls.tsx';
import { exactTime, momentOf } from '../../ui/time.ts';
import { useConversationActions } from '../conversations/conversation-actions.ts';
import { priorityNames, statusNames } from '../conversations/filter-popover.tsx';
import styles from './details.module.css';
import { TagField } from './tag-field.tsx';

export function ConversationCard({ conversation, now }: { conversation: Conversation; now: number }) {
  const mayWrite = useMay('conversations:write');
  const { status, snoozedUntil, createdAt } = conversation;
  return (
    <section className={styles.card} aria-label="Conversation">
      <h3>Conversation</h3>
      {mayWrite ? <Fields conversation={conversation} /> : <Facts conversation={conversation} />}
      <p title={exactTime(createdAt)}>
        {statusNames[status]}
        {status === 'snoozed' && snoozedUntil ? ` until ${momentOf(snoozedUntil, now)}` : null} · #
        {conversation.id}
      </p>
    </section>
  );
}

function Facts({ conversation }: { conversation: Conversation }) {
  return (
    <dl className={styles.facts}>
      <dt>Assignee</dt>
      <dd>{conversation.assignedTo?.name ?? 'Nobody'}</dd>
      <dt>Team</dt>
      <dd>{conversation.team?.name ?? 'None'}</dd>
      <dt>Priority</dt>
      <dd>{priorityNames[conversation.priority]}</dd>
      <dt>Tags</dt>
      <dd>
        {conversation.tags.map(tag => (
          <Chip key={tag.id}>{tag.name}</Chip>
        ))}
      </dd>
    </dl>
  );
}

/** The one who is chosen stays in the list also when they have left. */
function optionsOf(list: readonly Reference[], chosen: Reference | null) {
  const all = chosen && !list.some(item => item.id === chosen.id) ? [chosen, ...list] : list;
  return all.map(item => ({ value: String(item.id), label: item.name }));
}

function Fields({ conversation }: { conversation: Conversation }) {
  const actions = useConversationActions();
  const users = (useUsers().data ?? []).filter(user => user.isActive);
  const teams = useTeams().data ?? [];
  const { assignedTo, team } = conversation;
  const referenceOf = (list: readonly Reference[], value: string | null) => {
    const found = list.find(item => String(item.id) === value);
    return found ? { id: found.id, name: found.name } : null;
  };
  return (
    <div className={styles.fields}>
      <Select
        label="Assignee"
        placeholder="Nobody"
        size="xs"
        searchable
        clearable
        nothingFoundMessage="Nobody of this name"
        data={optionsOf(users, assignedTo)}
        value={assignedTo ? String(assignedTo.id) : null}
        onChange={value => void actions.assign(conversation, referenceOf(users, value))}
      />
      {teams.length > 0 || team ? (
        <Select
          label="Team"
          placeholder="None"
          size="xs"
          clearable
          data={optionsOf(teams, team)}
          value={team ? String(team.id) : null}
          onChange={value => void actions.setTeam(conversation, referenceOf(teams, value))}
        />
      ) : null}
      <Select
        label="Priority"
        size="xs"
        allowDeselect={false}
        data={priority.options.map(value => ({ value, label: priorityNames[value] }))}
        value={conversation.priority}
        onChange={value => {
          const chosen = priority.options.find(option => option === value);
          if (chosen) void actions.setPriority(conversation, chosen);
        }}
      />
      <TagField conversation={conversation} />
    </div>
  );
}

import { MultiSelect } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { type Conversation, createTag, type Tag } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useTags } from '../../api/resources.ts';
import { useMay, useSession } from '../../app/session.ts';
import { isComposing } from '../../ui/is-composing.ts';
import { useToasts } from '../../ui/toasts.tsx';
import { useConversationActions } from '../conversations/conversation-actions.ts';

const newTag = 'new:';

/** The tags of a conversation; what is typed finds one, or makes it. */
export function TagField({ conversation }: { conversation: Conversation }) {
  const { api } = useSession();
  const queries = useQueryClient();
  const toasts = useToasts();
  const actions = useConversationActions();
  const mayMake = useMay('tags:write');
  const known = useTags().data ?? [];
  const [search, setSearch] = useState('');
  const isLeaving = useRef(false);
  const held = conversation.tags;
  const all = [...known, ...held.filter(tag => !known.some(other => other.id === tag.id))];
  const name = search.trim();
  const words = name.toLocaleLowerCase();
  const isMeant = (tag: Tag) => tag.name.toLocaleLowerCase() === words;
  const isNew = mayMake && name !== '' && !all.some(isMeant);
  const data = [
    ...[...all.filter(isMeant), ...all.filter(tag => !isMeant(tag))].map(tag => ({
      value: String(tag.id),
      label: tag.name,
    })),
    ...(isNew ? [{ value: `${newTag}${name}`, label: `Make “${name}”` }] : []),
  ];
  const value = held.map(tag => String(tag.id));
  const choose = async (values: string[]) => {
    setSearch('');
    const chosen = values.flatMap(item => all.find(tag => String(tag.id) === item) ?? []);
    if (!values.some(item => item.startsWith(newTag))) return void actions.setTags(conversation, chosen);
    try {
      const made: Tag = await api.call(createTag, { body: { name } });
      await queries.invalidateQueries({ queryKey: ['tags'] });
      await actions.setTags(conversation, [...chosen, made]);
    } catch (error) {
      setSearch(name);
      toasts.warn(`The tag was not made. ${sentenceOf(error)}`);
    }
  };
  /** The box marks the first option when letters change, not when it opens again with words that stand there already. */
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== 'Enter' || name === '' || isComposing(event.nativeEvent)) return;
    const list = document.getElementById(event.currentTarget.getAttribute('aria-controls') ?? '');
    if (list?.querySelector('[data-combobox-selected]')) return;
    const first = data.find(
      item => !value.includes(item.value) && item.label.toLocaleLowerCase().includes(words),
    );
    if (first) void choose([...value, first.value]);
  };
  return (
    <MultiSelect
      label="Tags"
      size="xs"
      searchable
      hidePickedOptions
      selectFirstOptionOnChange={name !== ''}
      styles={{ inputField: { minInlineSize: held.length > 0 ? 8 : undefined } }}
      placeholder={held.length === 0 ? 'Add a tag' : undefined}
      nothingFoundMessage={held.some(isMeant) ? 'It has this tag' : 'No such tag'}
      comboboxProps={{ shadow: 'md', radius: 10 }}
      data={data}
      value={value}
      searchValue={search}
      onSearchChange={text => {
        // The box empties its field when it is left; what was not chosen yet is not thrown away.
        if (!isLeaving.current) setSearch(text);
        isLeaving.current = false;
      }}
      onBlur={() => {
        isLeaving.current = true;
      }}
      onKeyDown={onKeyDown}
      onChange={values => void choose(values)}
    />
  );
}

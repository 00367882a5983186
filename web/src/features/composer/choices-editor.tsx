import { TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useRef } from 'react';
import { flushSync } from 'react-dom';
import { Button, IconButton } from '../../ui/controls.tsx';
import { isComposing } from '../../ui/is-composing.ts';
import { Segments } from '../../ui/segments.tsx';
import styles from './choices.module.css';
import {
  type ChoiceFault,
  type ChoicesKind,
  type ChoicesRule,
  longestListButton,
  newChoice,
} from './choices.ts';
import { ChoicesPreview } from './choices-preview.tsx';
import type { ChoiceDraft, ChoicesDraft } from './drafts.ts';

interface ChoicesEditorProps {
  choices: ChoicesDraft;
  text: string;
  rule: ChoicesRule;
  kinds: readonly ChoicesKind[];
  /** Those that are to be told now. */
  faults: readonly ChoiceFault[];
  onChange: (choices: ChoicesDraft) => void;
  onClose: () => void;
}

const kindNames: Readonly<Record<ChoicesKind, string>> = { buttons: 'Buttons', list: 'List' };

/** The answers under a text that the customer may tap. */
export function ChoicesEditor(props: ChoicesEditorProps) {
  const { choices, text, rule, kinds, faults, onChange, onClose } = props;
  const { kind, button, items } = choices;
  const place = useRef<HTMLElement>(null);
  const problemOf = (field: string) => faults.find(fault => fault.field === field)?.message;
  const focusOn = (selector: string) => place.current?.querySelector<HTMLElement>(selector)?.focus();
  const setItem = (item: ChoiceDraft) =>
    onChange({ ...choices, items: items.map(other => (other.id === item.id ? item : other)) });
  const add = () => {
    const item = newChoice();
    flushSync(() => onChange({ ...choices, items: [...items, item] }));
    focusOn(`[data-field="title ${item.id}"]`);
  };
  const remove = (index: number) => {
    flushSync(() => onChange({ ...choices, items: items.filter((_, at) => at !== index) }));
    const neighbour = items[index - 1] ?? items[index + 1];
    focusOn(`[data-field="title ${neighbour?.id}"]`);
  };
  const mayAdd = items.length < rule.maximum;
  const onEnter = (index: number) => (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    const next = items[index + 1];
    if (next) focusOn(`[data-field="title ${next.id}"]`);
    else if (mayAdd && items[index]?.title.trim()) add();
  };
  return (
    <section ref={place} className={styles.choices} aria-label="Answers to tap">
      <div className={styles.bar}>
        {kinds.length > 1 ? (
          <Segments
            label="How the answers are shown"
            options={kinds.map(value => ({ value, label: kindNames[value] }))}
            value={kind}
            onChange={value => onChange({ ...choices, kind: value })}
          />
        ) : (
          <b>{kindNames[kind]}</b>
        )}
        <span className={styles.space} />
        <IconButton label="Take the answers out" onClick={onClose}>
          <IconX size={14} />
        </IconButton>
      </div>
      <div className={styles.columns}>
        <div className={styles.items}>
          {kind === 'list' ? (
            <Counted
              field="button"
              label="What opens the list"
              value={button}
              longest={longestListButton}
              problem={problemOf('button')}
              onChange={value => onChange({ ...choices, button: value })}
            />
          ) : null}
          {items.map((item, index) => (
            <div key={item.id} className={styles.item}>
              <div className={styles.fields}>
                <Counted
                  field={`title ${item.id}`}
                  label={`Answer ${index + 1}`}
                  value={item.title}
                  longest={rule.maximumTitleLength}
                  problem={problemOf(`title ${item.id}`)}
                  onChange={title => setItem({ ...item, title })}
                  onKeyDown={onEnter(index)}
                />
                {kind === 'list' ? (
                  <Counted
                    field={`description ${item.id}`}
                    label={`Description of answer ${index + 1}`}
                    placeholder="Description (optional)"
                    value={item.description}
                    longest={rule.maximumDescriptionLength}
                    problem={problemOf(`description ${item.id}`)}
                    onChange={description => setItem({ ...item, description })}
                    onKeyDown={onEnter(index)}
                  />
                ) : null}
              </div>
              {items.length > 1 ? (
                <IconButton label={`Remove answer ${index + 1}`} onClick={() => remove(index)}>
                  <IconX size={14} />
                </IconButton>
              ) : null}
            </div>
          ))}
          <div className={styles.more}>
            <Button onClick={add} disabled={!mayAdd}>
              <IconPlus size={15} aria-hidden /> Answer
            </Button>
            {mayAdd ? null : <small>{rule.maximum} at most</small>}
          </div>
        </div>
        <ChoicesPreview text={text} choices={choices} />
      </div>
    </section>
  );
}

interface CountedProps {
  field: string;
  label: string;
  placeholder?: string;
  value: string;
  longest: number;
  problem: string | undefined;
  onChange: (value: string) => void;
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** A field that says how much room is left. */
function Counted({ field, label, placeholder = label, value, longest, problem, ...on }: CountedProps) {
  const length = value.trim().length;
  return (
    <TextInput
      size="xs"
      data-field={field}
      aria-label={label}
      placeholder={placeholder}
      dir="auto"
      value={value}
      onChange={event => on.onChange(event.currentTarget.value)}
      onKeyDown={on.onKeyDown}
      error={problem}
      classNames={{ error: styles.error }}
      rightSectionWidth={52}
      rightSection={
        <span className={styles.count} data-over={length > longest || undefined}>
          {length}/{longest}
        </span>
      }
      rightSectionPointerEvents="none"
    />
  );
}

import { TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import type { Conversation } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { Button, IconButton } from '../../ui/controls.tsx';
import type { TemplateDraft } from '../composer/drafts.ts';
import styles from './templates.module.css';

interface TemplateByNameProps {
  conversation: Conversation;
  draft: TemplateDraft;
  onDraft: (draft: TemplateDraft) => void;
  /** Back to the list. */
  onList: () => void;
  onSent: () => void;
  onClose: (() => void) | null;
}

const mostVariables = 20;
const shortestLanguage = 2;

/** A template that the list does not have: the platform says whether it fits. */
export function TemplateByName({
  conversation,
  draft,
  onDraft,
  onList,
  onSent,
  onClose,
}: TemplateByNameProps) {
  const { desk } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [isTried, setIsTried] = useState(false);
  const { name, language, variables } = draft;
  const setVariables = (next: readonly string[]) => onDraft({ ...draft, variables: next });
  const isShort = language.trim().length < shortestLanguage;
  const isReady = name.trim() !== '' && !isShort && variables.every(value => value.trim() !== '');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (!isReady) {
      const fields = form.current?.querySelectorAll('input') ?? [];
      const isMissing = (value: string, index: number) =>
        index === 1 ? value.trim().length < shortestLanguage : value.trim() === '';
      [...fields].find((field, index) => isMissing(field.value, index))?.focus();
      return;
    }
    desk.outbox.add(conversation.id, {
      type: 'template',
      template: { name: name.trim(), language: language.trim() },
      variables: variables.length > 0 ? variables.map(value => value.trim()) : undefined,
    });
    onSent();
  };
  const told = (isMissing: boolean) => (isTried && isMissing ? 'Fill this in.' : undefined);
  return (
    <form ref={form} onSubmit={submit} className={styles.fields} noValidate autoComplete="off">
      <div className={styles.named}>
        <TextInput
          label="Template"
          placeholder="order_update"
          description="Its name in the platform’s console."
          value={name}
          maxLength={512}
          onChange={event => onDraft({ ...draft, name: event.currentTarget.value })}
          error={told(name.trim() === '')}
          autoCapitalize="none"
          spellCheck={false}
        />
        <TextInput
          label="Language"
          placeholder="en"
          description="As it was approved."
          value={language}
          maxLength={20}
          onChange={event => onDraft({ ...draft, language: event.currentTarget.value })}
          error={told(isShort)}
          autoCapitalize="none"
          spellCheck={false}
        />
      </div>
      {variables.map((value, index) => (
        <TextInput
          // biome-ignore lint/suspicious/noArrayIndexKey: a variable is its number
          key={index}
          label={`Variable {{${index + 1}}}`}
          value={value}
          maxLength={1024}
          dir="auto"
          onChange={event => setVariables(variables.with(index, event.currentTarget.value))}
          error={told(value.trim() === '')}
          rightSection={
            index === variables.length - 1 ? (
              <IconButton
                label={`Remove variable ${index + 1}`}
                onClick={() => setVariables(variables.slice(0, -1))}
              >
                <IconX size={14} />
              </IconButton>
            ) : null
          }
        />
      ))}
      <div className={styles.end}>
        <Button disabled={variables.length >= mostVariables} onClick={() => setVariables([...variables, ''])}>
          <IconPlus size={15} aria-hidden /> Variable
        </Button>
        <Button onClick={onList}>Choose from the list</Button>
        <span className={styles.space} />
        {onClose ? <Button onClick={onClose}>Back to text</Button> : null}
        <Button type="submit" look="primary">
          Send template
        </Button>
      </div>
    </form>
  );
}

import { TextInput } from '@mantine/core';
import { IconLock, IconPlus, IconX } from '@tabler/icons-react';
import type { FormEvent, KeyboardEvent, Ref } from 'react';
import type { Conversation } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { Button, IconButton } from '../../ui/controls.tsx';
import { isComposing } from '../../ui/is-composing.ts';
import styles from './composer.module.css';
import { emptyTemplate, type TemplateDraft } from './drafts.ts';

interface TemplateFormProps {
  conversation: Conversation;
  draft: TemplateDraft;
  onDraft: (draft: TemplateDraft) => void;
  isWindowClosed: boolean;
  maySend: boolean;
  nameField: Ref<HTMLInputElement>;
  /** `null`: there is nothing to go back to, because free text may not be sent. */
  onClose: (() => void) | null;
}

const mostVariables = 20;

/** A template that the platform has approved: the only thing that may be sent when the window is closed. */
export function TemplateForm({
  conversation,
  draft,
  onDraft,
  isWindowClosed,
  maySend,
  nameField,
  onClose,
}: TemplateFormProps) {
  const { desk } = useSession();
  const { name, language, variables } = draft;
  const setVariables = (next: readonly string[]) => onDraft({ ...draft, variables: next });
  const isReady =
    name.trim() !== '' && language.trim().length >= 2 && variables.every(value => value.trim() !== '');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    desk.outbox.add(conversation.id, {
      type: 'template',
      template: { name: name.trim(), language: language.trim() },
      variables: variables.length > 0 ? variables.map(value => value.trim()) : undefined,
    });
    onDraft({ ...emptyTemplate, language });
    onClose?.();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key !== 'Escape' || isComposing(event.nativeEvent)) return;
    event.stopPropagation();
    if (onClose) onClose();
    else if (event.target instanceof HTMLElement) event.target.blur();
  };
  return (
    <form className={styles.template} onSubmit={submit} onKeyDown={onKeyDown}>
      {isWindowClosed ? (
        <p className={styles.notice}>
          <IconLock size={15} aria-hidden />
          {maySend
            ? 'More than 24 hours have passed since the customer last wrote. Until they write again, only an approved template can be sent.'
            : 'The customer has to write first: nothing can be sent on this channel until then.'}
        </p>
      ) : null}
      {maySend ? (
        <>
          <div className={styles.templateRow}>
            <TextInput
              ref={nameField}
              label="Template"
              placeholder="order_update"
              description="Its name in the platform's console."
              value={name}
              maxLength={512}
              onChange={event => onDraft({ ...draft, name: event.currentTarget.value })}
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
              onChange={event => setVariables(variables.with(index, event.currentTarget.value))}
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
          <div className={styles.tools}>
            <Button
              disabled={variables.length >= mostVariables}
              onClick={() => setVariables([...variables, ''])}
            >
              <IconPlus size={15} aria-hidden /> Variable
            </Button>
            <span className={styles.space} />
            {onClose ? <Button onClick={onClose}>Back to text</Button> : null}
            <Button type="submit" look="primary" disabled={!isReady}>
              Send template
            </Button>
          </div>
        </>
      ) : null}
    </form>
  );
}

import { TextInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import type { Channel, Conversation, MessageTemplate } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { Button, Chip } from '../../ui/controls.tsx';
import type { TemplateDraft } from '../composer/drafts.ts';
import { useFiles } from '../composer/use-files.ts';
import { HeaderFile, headerFault } from './header-file.tsx';
import { HeaderPlace } from './header-place.tsx';
import { TemplatePreview } from './template-preview.tsx';
import {
  bodyParts,
  type Field,
  fileHeaderOf,
  languageName,
  missingFields,
  openButtons,
  templateBody,
  wordsOf,
} from './template-values.ts';
import styles from './templates.module.css';

interface TemplateFormProps {
  conversation: Conversation;
  channel: Channel;
  template: MessageTemplate;
  draft: TemplateDraft;
  onDraft: (draft: TemplateDraft) => void;
  /** Back to the list. */
  onOther: () => void;
  onSent: () => void;
  onClose: (() => void) | null;
}

const longestValue = 1024;
const longestButtonValue = 2000;
const isNumber = /^\d+$/;

/** What a template leaves open, beside what it becomes. */
export function TemplateForm(props: TemplateFormProps) {
  const { conversation, channel, template, draft, onDraft, onOther, onSent, onClose } = props;
  const { desk } = useSession();
  const files = useFiles(conversation.id, 'headerFiles');
  const form = useRef<HTMLFormElement>(null);
  const [isTried, setIsTried] = useState(false);
  const fileKind = fileHeaderOf(template);
  const [upload] = files.uploads;
  const fileProblem = fileKind ? headerFault(fileKind, channel, upload) : null;
  const missing = missingFields(template, draft);
  const errorOf = (field: Field) => (isTried && missing.includes(field) ? 'Fill this in.' : undefined);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    const first = fileProblem === null ? missing[0] : 'header';
    if (first) {
      form.current?.querySelector<HTMLElement>(`[data-field="${first}"]`)?.focus();
      return;
    }
    const body = templateBody(template, draft, fileKind ? upload?.attachment?.id : undefined);
    const fileNames = fileKind && upload ? [upload.file.name] : undefined;
    desk.outbox.add(conversation.id, body, fileNames, wordsOf(bodyParts(template, draft)));
    files.clear();
    onSent();
  };
  return (
    <form ref={form} onSubmit={submit} noValidate autoComplete="off">
      <div className={styles.head}>
        <bdi className={styles.name}>{template.name}</bdi>
        <Chip title={template.language}>{languageName(template.language)}</Chip>
        {template.category ? <Chip>{template.category.toLowerCase()}</Chip> : null}
      </div>
      <div className={styles.filling}>
        <div className={styles.fields}>
          {fileKind ? (
            <HeaderFile
              kind={fileKind}
              channel={channel}
              files={files}
              problem={isTried ? fileProblem : null}
            />
          ) : null}
          {template.header?.hasVariable ? (
            <TextInput
              data-field="header"
              label="Header"
              dir="auto"
              maxLength={longestValue}
              value={draft.header ?? ''}
              onChange={event => onDraft({ ...draft, header: event.currentTarget.value })}
              error={errorOf('header')}
            />
          ) : null}
          {template.header?.kind === 'location' ? (
            <HeaderPlace
              place={draft.place}
              onPlace={place => onDraft({ ...draft, place })}
              wrong={isTried ? missing : []}
            />
          ) : null}
          {template.variables.map((name, index) => (
            <TextInput
              key={name}
              data-field={`variable ${index}`}
              label={isNumber.test(name) ? `Variable {{${name}}}` : name}
              dir="auto"
              maxLength={longestValue}
              value={draft.variables[index] ?? ''}
              onChange={event =>
                onDraft({
                  ...draft,
                  variables: valuesWith(template, draft, index, event.currentTarget.value),
                })
              }
              error={errorOf(`variable ${index}`)}
            />
          ))}
          {openButtons(template).map(({ index, title, kind }) => (
            <TextInput
              key={index}
              data-field={`button ${index}`}
              label={
                <>
                  Button <bdi>“{title}”</bdi>
                </>
              }
              description={
                kind === 'url'
                  ? 'What comes at the end of its address.'
                  : 'What it gives back when it is tapped.'
              }
              maxLength={longestButtonValue}
              value={draft.buttons?.[index] ?? ''}
              onChange={event =>
                onDraft({ ...draft, buttons: { ...draft.buttons, [index]: event.currentTarget.value } })
              }
              error={errorOf(`button ${index}`)}
              spellCheck={false}
            />
          ))}
          {fileKind === null && missingFields(template, emptied(draft)).length === 0 ? (
            <p className={styles.remark}>There is nothing to fill in.</p>
          ) : null}
        </div>
        <TemplatePreview template={template} draft={draft} file={fileKind ? upload?.file : undefined} />
      </div>
      <div className={styles.end}>
        <Button onClick={onOther}>Another template</Button>
        <span className={styles.space} />
        {onClose ? <Button onClick={onClose}>Back to text</Button> : null}
        <Button type="submit" look="primary">
          Send template
        </Button>
      </div>
    </form>
  );
}

function valuesWith({ variables }: MessageTemplate, draft: TemplateDraft, at: number, value: string) {
  return variables.map((_, index) => (index === at ? value : (draft.variables[index] ?? '')));
}

const emptied = ({ name, language }: TemplateDraft): TemplateDraft => ({ name, language, variables: [] });

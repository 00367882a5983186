import { IconListCheck, IconTemplate, IconX } from '@tabler/icons-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Channel, Conversation, Message } from '../../../../src/contract/index.ts';
import { useSession, useStore } from '../../app/session.ts';
import { Button, IconButton, Kbd } from '../../ui/controls.tsx';
import { writerOf } from '../thread/writer.ts';
import { AttachButton } from './attach-button.tsx';
import { type ChoicesKind, choiceFaults, newChoices, rulesOf } from './choices.ts';
import { ChoicesEditor } from './choices-editor.tsx';
import styles from './composer.module.css';
import { copiesOfLast, isAddress, noCopies } from './copies.ts';
import { CopiesRow } from './copies-row.tsx';
import type { Draft } from './drafts.ts';
import { FileTray } from './file-tray.tsx';
import { bodiesOf, lengthOf, namesOf, textOnly, whyNotTaken, withExtras } from './outgoing-bodies.ts';
import type { Upload } from './uploads.ts';
import { useFileDrop, useFiles } from './use-files.ts';
import { useTypingSignal } from './use-typing-signal.ts';
import { VoiceRecorder, voiceFormat } from './voice-recorder.tsx';
import { RoomLeft, WritingField } from './writing-field.tsx';

interface ReplyBoxProps {
  box: RefObject<HTMLTextAreaElement | null>;
  conversation: Conversation;
  channel: Channel | undefined;
  draft: Draft;
  setDraft: (change: (held: Draft) => Partial<Draft>) => void;
  isStopped: boolean;
  replyTo: Message | null;
  onReplyTo: (message: Message | null) => void;
  /** `null`: the channel has none. */
  onTemplate: (() => void) | null;
}

const unknownLimit = 65_536;
const noMessages: readonly Message[] = [];

/** What the customer is to read. */
export function ReplyBox(props: ReplyBoxProps) {
  const { box, conversation, channel, draft, setDraft, isStopped, replyTo, onReplyTo, onTemplate } = props;
  const { desk } = useSession();
  const place = useRef<HTMLDivElement>(null);
  const [isTried, setIsTried] = useState(false);
  const abilities = channel?.abilities;
  const signal = useTypingSignal(conversation.id);
  useEffect(() => signal.stop, [signal]);

  const rules = rulesOf(abilities);
  const kinds = (['buttons', 'list'] as const).filter(kind => rules[kind]);
  const rule = draft.choices && rules[draft.choices.kind];
  const choices = rule ? draft.choices : undefined;
  const faults = choices && rule ? choiceFaults(choices, rule) : [];

  const files = useFiles(conversation.id);
  const { uploads } = files;
  const refusalOf = (upload: Upload) => (channel ? whyNotTaken(channel, upload) : null);
  const mayAttach = (abilities?.maximumFiles ?? 0) > 0 && !isStopped && !choices;
  useFileDrop(mayAttach ? files.add : null);
  const voice = abilities && voiceFormat(abilities);

  const messages = useStore(desk.state, state => state.messages[conversation.id]) ?? noMessages;
  const copies = channel?.abilities.copies ? (draft.copies ?? copiesOfLast(messages, channel)) : noCopies;
  const areCopiesRight = [...copies.cc, ...copies.bcc].every(isAddress);

  const text = draft.reply;
  const limit = rule?.maximumTextLength ?? abilities?.maximumTextLength ?? unknownLimit;
  const length = abilities ? lengthOf(text.trim(), abilities) : text.trim().length;
  const areFilesReady = uploads.every(upload => upload.attachment !== null && refusalOf(upload) === null);
  const hasContent = length > 0 || (uploads.length > 0 && !choices);
  const isReady = hasContent && length <= limit && areFilesReady && areCopiesRight && !isStopped;

  const openChoices = (kind: ChoicesKind) => {
    const made = newChoices(kind);
    setIsTried(false);
    flushSync(() => setDraft(() => ({ choices: made })));
    focusOn(`title ${made.items[0]?.id}`);
  };
  const focusOn = (field: string) =>
    place.current?.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus();
  const submit = () => {
    if (!isReady) return;
    const [fault] = faults;
    if (fault) {
      setIsTried(true);
      focusOn(fault.field);
      return;
    }
    const ready = choices ? [] : uploads.flatMap(({ attachment }) => attachment ?? []);
    const bodies = bodiesOf(text.trim(), ready, abilities ?? textOnly, replyTo?.id);
    for (const body of bodies)
      desk.outbox.add(conversation.id, withExtras(body, choices, copies), namesOf(body, uploads));
    files.clear();
    setDraft(() => ({ reply: '', choices: undefined, copies: undefined }));
    setIsTried(false);
    onReplyTo(null);
    signal.stop();
  };

  return (
    <div ref={place} className={styles.box}>
      {channel?.abilities.copies ? (
        <CopiesRow copies={copies} onChange={next => setDraft(() => ({ copies: next }))} />
      ) : null}
      {replyTo ? (
        <ReplyTo
          message={replyTo}
          customerName={conversation.customer.name}
          onClose={() => onReplyTo(null)}
        />
      ) : null}
      <FileTray uploads={uploads} refusalOf={refusalOf} onRetry={files.retry} onRemove={files.remove} />
      <WritingField
        box={box}
        label={`Reply to ${conversation.customer.name}`}
        placeholder={choices ? 'Write what you ask' : 'Write a reply'}
        value={text}
        onChange={reply => {
          setDraft(() => ({ reply }));
          signal.write(reply !== '');
        }}
        onSubmit={submit}
        onBlur={signal.stop}
        onPaste={event => {
          const pasted = [...event.clipboardData.files];
          if (!mayAttach || pasted.length === 0) return;
          event.preventDefault();
          files.add(pasted);
        }}
      />
      {choices && rule ? (
        <ChoicesEditor
          choices={choices}
          text={text}
          rule={rule}
          kinds={kinds}
          faults={faults.filter(fault => isTried || !fault.isMissing)}
          onChange={next => setDraft(() => ({ choices: next }))}
          onClose={() => {
            flushSync(() => setDraft(() => ({ choices: undefined })));
            box.current?.focus();
          }}
        />
      ) : null}
      <div className={styles.tools}>
        {mayAttach ? <AttachButton onFiles={files.add} /> : null}
        {mayAttach && voice ? <VoiceRecorder format={voice} onRecorded={files.addVoice} /> : null}
        {kinds[0] && !choices && !isStopped ? (
          <IconButton
            label={uploads.length > 0 ? 'Answers to tap cannot go with files' : 'Add answers to tap'}
            disabled={uploads.length > 0}
            onClick={() => openChoices(kinds[0] ?? 'buttons')}
          >
            <IconListCheck size={16} />
          </IconButton>
        ) : null}
        {onTemplate ? (
          <Button onClick={onTemplate} aria-label="Template" title="Template">
            <IconTemplate size={15} aria-hidden />
            <span className={styles.word}>Template</span>
          </Button>
        ) : null}
        <span className={styles.space} />
        <RoomLeft className={styles.count} length={length} limit={limit} />
        <Button look="primary" disabled={!isReady} onClick={submit}>
          Send <Kbd>↵</Kbd>
        </Button>
      </div>
    </div>
  );
}

interface ReplyToProps {
  message: Message;
  customerName: string;
  onClose: () => void;
}

function ReplyTo({ message, customerName, onClose }: ReplyToProps) {
  return (
    <div className={styles.replyTo}>
      <span>
        Reply to <bdi>{writerOf(message, customerName, 'us')}</bdi>:{' '}
        <bdi>{message.content ?? message.type}</bdi>
      </span>
      <IconButton label="Do not quote" onClick={onClose}>
        <IconX size={14} />
      </IconButton>
    </div>
  );
}

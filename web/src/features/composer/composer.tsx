import { IconAlertTriangle, IconTemplate, IconX } from '@tabler/icons-react';
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { type Channel, type Conversation, createNote, type Message } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useMay, useSession } from '../../app/session.ts';
import { useShortcut } from '../../app/shortcuts.tsx';
import { newClientId } from '../../realtime/client-id.ts';
import { Button, Chip, IconButton, Kbd } from '../../ui/controls.tsx';
import { isComposing } from '../../ui/is-composing.ts';
import { exactTime } from '../../ui/time.ts';
import { useToasts } from '../../ui/toasts.tsx';
import { useNow } from '../../ui/use-now.ts';
import { whyReadOnly } from '../channels/read-only.ts';
import { AttachButton } from './attach-button.tsx';
import styles from './composer.module.css';
import { holdsText, withoutSent } from './drafts.ts';
import { FileTray } from './file-tray.tsx';
import { bodiesOf, lengthOf, namesOf, textOnly, whyNotTaken } from './outgoing-bodies.ts';
import { replyWindowOf } from './reply-window.ts';
import { TemplateForm } from './template-form.tsx';
import type { Upload } from './uploads.ts';
import { useDraft } from './use-draft.ts';
import { useFileDrop, useFiles } from './use-files.ts';
import { useTypingSignal } from './use-typing-signal.ts';
import { VoiceRecorder, voiceFormat } from './voice-recorder.tsx';

export type ComposerTab = 'reply' | 'note';
export interface ComposerHandle {
  focus(tab: ComposerTab): void;
}

interface ComposerProps {
  ref?: Ref<ComposerHandle>;
  conversation: Conversation;
  channel: Channel | undefined;
  replyTo: Message | null;
  onReplyTo: (message: Message | null) => void;
}

const windowMovesEveryMs = 10_000;
const longestNote = 10_000;
const unknownLimit = 65_536;
/** The count appears when this share of the limit is used. */
const countFrom = 0.8;

export function Composer({ ref, conversation, channel, replyTo, onReplyTo }: ComposerProps) {
  const { api, desk, clock } = useSession();
  const toasts = useToasts();
  const maySend = useMay('messages:send');
  const mayNote = useMay('conversations:write');
  const now = useNow(windowMovesEveryMs, clock);
  const readOnly = channel ? whyReadOnly(channel) : null;
  const mayReply = maySend && readOnly === null;
  const [chosenTab, setTab] = useState<ComposerTab>('reply');
  const tab = mayReply ? chosenTab : 'note';
  const [isNoting, setIsNoting] = useState(false);
  const [draft, setDraft] = useDraft(conversation.id);
  const [isTemplateOpen, setIsTemplateOpen] = useState(() => draft.reply === '' && holdsText(draft.template));
  const box = useRef<HTMLTextAreaElement>(null);
  const templateName = useRef<HTMLInputElement>(null);
  const signal = useTypingSignal(conversation.id, channel?.abilities.typing ?? false);

  const focus = (next: ComposerTab) => {
    if (!(next === 'reply' ? mayReply : mayNote)) return;
    // At once: the letters that follow a key press belong into the field already.
    flushSync(() => {
      setTab(next);
      setIsTemplateOpen(false);
    });
    box.current?.focus();
  };
  const openTemplate = () => {
    flushSync(() => setIsTemplateOpen(true));
    templateName.current?.focus();
  };
  useImperativeHandle(ref, () => ({ focus }));
  const abilities = channel?.abilities;
  const files = useFiles(conversation.id);
  const window = replyWindowOf(conversation, channel, now);
  const isClosed = tab === 'reply' && window !== null && !window.isOpen;
  const stopped = channel && !channel.isActive;
  const mayAttach =
    mayReply && tab === 'reply' && (abilities?.maximumFiles ?? 0) > 0 && !isClosed && !stopped;
  const refusalOf = (upload: Upload) => (channel ? whyNotTaken(channel, upload) : null);
  useFileDrop(mayAttach ? files.add : null);
  useShortcut('r', mayReply ? () => focus('reply') : null);
  useShortcut('n', mayNote ? () => focus('note') : null);

  const text = draft[tab];
  // The field grows with its text; there is no other way to measure that everywhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text and the tab decide the height
  useLayoutEffect(() => {
    const field = box.current;
    if (!field) return;
    field.style.blockSize = 'auto';
    field.style.blockSize = `${field.scrollHeight}px`;
  }, [text, tab, isTemplateOpen]);
  useEffect(() => signal.stop, [signal]);

  if (!maySend && !mayNote) return null;
  const isReply = tab === 'reply';
  const limit = isReply ? (abilities?.maximumTextLength ?? unknownLimit) : longestNote;
  const length = isReply && abilities ? lengthOf(text.trim(), abilities) : text.trim().length;
  const uploads = isReply ? files.uploads : [];
  const areFilesReady = uploads.every(upload => upload.attachment !== null && refusalOf(upload) === null);
  const isReady =
    (length > 0 || uploads.length > 0) &&
    length <= limit &&
    areFilesReady &&
    !isClosed &&
    !isNoting &&
    !(isReply && stopped);
  const voice = abilities && voiceFormat(abilities);
  const maySendTemplate = channel?.abilities.send.includes('template') ?? false;

  const sendReply = () => {
    const ready = uploads.flatMap(({ attachment }) => attachment ?? []);
    for (const body of bodiesOf(text.trim(), ready, abilities ?? textOnly, replyTo?.id))
      desk.outbox.add(conversation.id, body, namesOf(body, uploads));
    files.clear();
    setDraft(() => ({ reply: '' }));
    onReplyTo(null);
    signal.stop();
  };
  const saveNote = async () => {
    setIsNoting(true);
    const sent = text;
    const noteTry = draft.noteTry?.text === sent ? draft.noteTry : { text: sent, clientId: newClientId() };
    setDraft(() => ({ noteTry }));
    const body = { content: sent.trim(), clientId: noteTry.clientId };
    try {
      await desk.fetch(
        () => api.call(createNote, { params: { id: conversation.id }, body }),
        note => ({ notes: [note] }),
      );
      // The same words again are another note.
      setDraft(held => ({ note: withoutSent(held.note, sent), noteTry: undefined }));
    } catch (error) {
      toasts.warn(`The note is kept here, not saved yet. ${sentenceOf(error)}`);
    } finally {
      setIsNoting(false);
      box.current?.focus();
    }
  };
  const submit = () => {
    if (!isReady) return;
    if (tab === 'reply') sendReply();
    else void saveNote();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      box.current?.blur();
      return;
    }
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    submit();
  };

  return (
    <div className={styles.composer} data-tab={tab}>
      <div className={styles.tabs}>
        <div role="tablist" aria-label="What to write">
          {mayReply ? <Tab name="Reply" isOn={tab === 'reply'} onChoose={() => focus('reply')} /> : null}
          {mayNote ? <Tab name="Note" isOn={tab === 'note'} onChoose={() => focus('note')} /> : null}
        </div>
        {maySend && readOnly ? (
          <p className={styles.readOnly}>
            {readOnly} {mayNote ? 'You can leave a note.' : null}
          </p>
        ) : null}
        {tab === 'reply' && window ? (
          <Chip
            tone={window.tone}
            title={conversation.windowExpiresAt ? exactTime(conversation.windowExpiresAt) : undefined}
          >
            {window.text}
          </Chip>
        ) : null}
      </div>
      {tab === 'reply' && stopped ? (
        <p className={styles.notice}>
          <IconAlertTriangle size={15} aria-hidden /> This channel is paused: nothing goes out until somebody
          resumes it in Settings.
        </p>
      ) : null}
      {tab === 'reply' && (isClosed || (isTemplateOpen && maySendTemplate && !stopped)) ? (
        <TemplateForm
          conversation={conversation}
          draft={draft.template}
          onDraft={template => {
            setDraft(() => ({ template }));
            // The customer may write at any moment, which opens the window: what stands here then stays in sight.
            if (isClosed) setIsTemplateOpen(holdsText(template));
          }}
          isWindowClosed={isClosed}
          maySend={maySendTemplate && !stopped}
          nameField={templateName}
          onClose={isClosed ? null : () => focus('reply')}
        />
      ) : tab === 'note' && !mayNote ? null : (
        <div className={styles.box}>
          {tab === 'reply' && replyTo ? (
            <div className={styles.replyTo}>
              <span>
                Reply to{' '}
                <bdi>
                  {replyTo.direction === 'inbound'
                    ? conversation.customer.name
                    : (replyTo.sender?.name ?? 'us')}
                </bdi>
                : <bdi>{replyTo.content ?? replyTo.type}</bdi>
              </span>
              <IconButton label="Do not quote" onClick={() => onReplyTo(null)}>
                <IconX size={14} />
              </IconButton>
            </div>
          ) : null}
          {isReply ? (
            <FileTray uploads={uploads} refusalOf={refusalOf} onRetry={files.retry} onRemove={files.remove} />
          ) : null}
          <textarea
            ref={box}
            rows={1}
            dir="auto"
            value={text}
            aria-label={tab === 'reply' ? `Reply to ${conversation.customer.name}` : 'Note for colleagues'}
            placeholder={tab === 'reply' ? 'Write a reply' : 'Only your colleagues see this'}
            onChange={event => {
              const { value } = event.currentTarget;
              setDraft(() => ({ [tab]: value }));
              if (tab === 'reply') signal.write(value !== '');
            }}
            onBlur={signal.stop}
            onKeyDown={onKeyDown}
            onPaste={event => {
              const pasted = [...event.clipboardData.files];
              if (!mayAttach || pasted.length === 0) return;
              event.preventDefault();
              files.add(pasted);
            }}
          />
          <div className={styles.tools}>
            {mayAttach ? <AttachButton onFiles={files.add} /> : null}
            {mayAttach && voice ? <VoiceRecorder format={voice} onRecorded={files.addVoice} /> : null}
            {tab === 'reply' && maySendTemplate ? (
              <Button onClick={openTemplate}>
                <IconTemplate size={15} aria-hidden /> Template
              </Button>
            ) : null}
            <span className={styles.space} />
            {length > limit * countFrom ? (
              <span
                className={styles.count}
                data-over={length > limit || undefined}
                role={length > limit ? 'alert' : undefined}
              >
                {length > limit
                  ? `${(length - limit).toLocaleString()} too many`
                  : `${(limit - length).toLocaleString()} left`}
              </span>
            ) : null}
            <Button look="primary" disabled={!isReady} onClick={submit}>
              {tab === 'reply' ? 'Send' : 'Save note'} <Kbd>↵</Kbd>
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}

function Tab({ name, isOn, onChoose }: { name: string; isOn: boolean; onChoose: () => void }) {
  return (
    <button type="button" role="tab" aria-selected={isOn} onClick={onChoose}>
      {name}
    </button>
  );
}

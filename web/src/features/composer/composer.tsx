import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { type Ref, useImperativeHandle, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Channel, Conversation, Message } from '../../../../src/contract/index.ts';
import { useMay, useSession } from '../../app/session.ts';
import { useShortcut } from '../../app/shortcuts.tsx';
import { Chip } from '../../ui/controls.tsx';
import { exactTime } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { TemplatePanel } from '../templates/template-panel.tsx';
import styles from './composer.module.css';
import { holdsText } from './drafts.ts';
import { NoteBox } from './note-box.tsx';
import { ReplyBox } from './reply-box.tsx';
import { replyWindowOf } from './reply-window.ts';
import { useDraft } from './use-draft.ts';
import { useWhyNoReply } from './why-no-reply.ts';

export type ComposerTab = 'reply' | 'note';
export interface ComposerHandle {
  focus(tab: ComposerTab): void;
  openTemplates(): void;
}

interface ComposerProps {
  ref?: Ref<ComposerHandle>;
  conversation: Conversation;
  channel: Channel | undefined;
  isRemoved: boolean;
  replyTo: Message | null;
  onReplyTo: (message: Message | null) => void;
}

const windowMovesEveryMs = 10_000;

export function Composer(props: ComposerProps) {
  const { ref, conversation, channel, isRemoved, replyTo, onReplyTo } = props;
  const { clock } = useSession();
  const maySend = useMay('messages:send');
  const mayNote = useMay('conversations:write');
  const now = useNow(windowMovesEveryMs, clock);
  const whyNoReply = useWhyNoReply(conversation, channel, isRemoved);
  const mayReply = maySend && whyNoReply === null;
  const [chosenTab, setTab] = useState<ComposerTab>('reply');
  const tab = mayReply ? chosenTab : 'note';
  const [draft, setDraft] = useDraft(conversation.id);
  const [isTemplateOpen, setIsTemplateOpen] = useState(() => draft.reply === '' && holdsText(draft.template));
  const box = useRef<HTMLTextAreaElement>(null);
  const templates = useRef<HTMLElement>(null);

  const focus = (next: ComposerTab) => {
    if (!(next === 'reply' ? mayReply : mayNote)) return;
    // At once: the letters that follow a key press belong into the field already.
    flushSync(() => {
      setTab(next);
      setIsTemplateOpen(false);
    });
    box.current?.focus();
  };
  const openTemplates = () => {
    flushSync(() => {
      setTab('reply');
      setIsTemplateOpen(true);
    });
    templates.current?.querySelector<HTMLElement>('input:not([hidden]), button')?.focus();
  };
  useImperativeHandle(ref, () => ({ focus, openTemplates }));
  useShortcut('r', mayReply ? () => focus('reply') : null);
  useShortcut('n', mayNote ? () => focus('note') : null);

  if (!maySend && !mayNote) return null;
  const window = replyWindowOf(conversation, channel, now);
  const isClosed = tab === 'reply' && window !== null && !window.isOpen;
  const isStopped = channel !== undefined && !channel.isActive;
  const maySendTemplate = (channel?.abilities.send.includes('template') ?? false) && !isStopped;
  return (
    <div className={styles.composer} data-tab={tab}>
      <div className={styles.tabs}>
        {mayReply || mayNote ? (
          <div role="tablist" aria-label="What to write">
            {mayReply ? <Tab name="Reply" isOn={tab === 'reply'} onChoose={() => focus('reply')} /> : null}
            {mayNote ? <Tab name="Note" isOn={tab === 'note'} onChoose={() => focus('note')} /> : null}
          </div>
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
      {maySend && whyNoReply ? (
        <p className={styles.notice}>
          <IconInfoCircle size={15} aria-hidden /> {whyNoReply} {mayNote ? 'You can leave a note.' : null}
        </p>
      ) : null}
      {tab === 'reply' && isStopped ? (
        <p className={styles.notice}>
          <IconAlertTriangle size={15} aria-hidden /> This channel is paused: nothing goes out until somebody
          resumes it in Settings.
        </p>
      ) : null}
      {tab === 'reply' && conversation.platform === 'tidio' && !conversation.subject ? (
        <p className={styles.notice}>
          <IconInfoCircle size={15} aria-hidden /> From here tickets can be answered, not Tidio’s live chat.
        </p>
      ) : null}
      {tab === 'note' ? (
        mayNote ? (
          <NoteBox box={box} conversation={conversation} draft={draft} setDraft={setDraft} />
        ) : null
      ) : isClosed || (isTemplateOpen && maySendTemplate) ? (
        <TemplatePanel
          ref={templates}
          conversation={conversation}
          channel={channel}
          draft={draft.template}
          onDraft={template => {
            setDraft(() => ({ template }));
            // The customer may write at any moment, which opens the window: what stands here then stays in sight.
            if (isClosed) setIsTemplateOpen(holdsText(template));
          }}
          isWindowClosed={isClosed}
          maySend={maySendTemplate}
          onClose={isClosed ? null : () => focus('reply')}
        />
      ) : (
        <ReplyBox
          box={box}
          conversation={conversation}
          channel={channel}
          draft={draft}
          setDraft={setDraft}
          isStopped={isStopped}
          replyTo={replyTo}
          onReplyTo={onReplyTo}
          onTemplate={maySendTemplate ? openTemplates : null}
        />
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

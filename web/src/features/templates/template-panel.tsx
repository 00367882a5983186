import { IconLock } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useRef } from 'react';
import { flushSync } from 'react-dom';
import type { Channel, Conversation } from '../../../../src/contract/index.ts';
import { isComposing } from '../../ui/is-composing.ts';
import { platformName } from '../../ui/platform-mark.tsx';
import { emptyTemplate, type TemplateDraft } from '../composer/drafts.ts';
import { useFileDrop } from '../composer/use-files.ts';
import { TemplateByName } from './template-by-name.tsx';
import { TemplateForm } from './template-form.tsx';
import { TemplatePicker } from './template-picker.tsx';
import { draftFor, isSame, whyNotSendable } from './template-values.ts';
import styles from './templates.module.css';
import { useTemplates } from './use-templates.ts';

interface TemplatePanelProps {
  /** Its first field is where one begins. */
  ref: Ref<HTMLElement>;
  conversation: Conversation;
  channel: Channel | undefined;
  draft: TemplateDraft;
  onDraft: (draft: TemplateDraft) => void;
  isWindowClosed: boolean;
  maySend: boolean;
  /** `null`: there is nothing to go back to, because free text may not be sent. */
  onClose: (() => void) | null;
}

/** What the platform has approved beforehand: the only thing that may be sent when the window is closed. */
export function TemplatePanel(props: TemplatePanelProps) {
  const { ref, channel, isWindowClosed, maySend, onClose } = props;
  useFileDrop(null);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'Escape' || isComposing(event.nativeEvent)) return;
    event.stopPropagation();
    if (onClose) onClose();
    else if (event.target instanceof HTMLElement) event.target.blur();
  };
  return (
    <section ref={ref} className={styles.panel} aria-label="Template" onKeyDown={onKeyDown}>
      {isWindowClosed && channel ? (
        <p className={styles.notice}>
          <IconLock size={15} aria-hidden />
          {maySend
            ? `More than ${channel.abilities.windowHours ?? 24} hours have passed since the customer last wrote. Until they write again, only an approved template can be sent.`
            : 'The customer has to write first: nothing can be sent on this channel until then.'}
        </p>
      ) : null}
      {maySend && channel ? <Sending {...props} channel={channel} /> : null}
    </section>
  );
}

function Sending({
  conversation,
  channel,
  draft,
  onDraft,
  onClose,
}: TemplatePanelProps & { channel: Channel }) {
  const templates = useTemplates(channel.id);
  const place = useRef<HTMLDivElement>(null);
  const chosen = draft.isTyped
    ? undefined
    : templates.list?.templates.find(template => isSame(template, draft));
  /** What was pressed is gone: the focus goes on to what has come in its place. */
  const goOn = (next: TemplateDraft) => {
    flushSync(() => onDraft(next));
    const find = (selector: string) => place.current?.querySelector<HTMLElement>(selector);
    (find('[data-field], input:not([hidden])') ?? find('[type="submit"]') ?? find('button'))?.focus();
  };
  const onSent = () => {
    onDraft(draft.isTyped ? { ...emptyTemplate, language: draft.language } : emptyTemplate);
    onClose?.();
  };
  return (
    <div ref={place} className={styles.place}>
      {draft.isTyped ? (
        <TemplateByName
          conversation={conversation}
          draft={draft}
          onDraft={onDraft}
          onList={() => goOn(emptyTemplate)}
          onSent={onSent}
          onClose={onClose}
        />
      ) : chosen && whyNotSendable(chosen) === null ? (
        <TemplateForm
          key={`${chosen.name} ${chosen.language}`}
          conversation={conversation}
          channel={channel}
          template={chosen}
          draft={draft}
          onDraft={onDraft}
          onOther={() => goOn(emptyTemplate)}
          onSent={onSent}
          onClose={onClose}
        />
      ) : (
        <TemplatePicker
          templates={templates}
          platform={platformName(channel.platform)}
          lost={draft.name !== '' && templates.list ? draft.name : null}
          onChoose={template => goOn(draftFor(template))}
          onType={() => goOn({ ...emptyTemplate, isTyped: true })}
          onClose={onClose}
        />
      )}
    </div>
  );
}

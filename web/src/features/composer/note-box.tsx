import { type RefObject, useState } from 'react';
import { type Conversation, createNote } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession } from '../../app/session.ts';
import { newClientId } from '../../realtime/client-id.ts';
import { Button, Kbd } from '../../ui/controls.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import styles from './composer.module.css';
import { type Draft, withoutSent } from './drafts.ts';
import { useFileDrop } from './use-files.ts';
import { RoomLeft, WritingField } from './writing-field.tsx';

interface NoteBoxProps {
  box: RefObject<HTMLTextAreaElement | null>;
  conversation: Conversation;
  draft: Draft;
  setDraft: (change: (held: Draft) => Partial<Draft>) => void;
}

const longestNote = 10_000;

/** What only colleagues see. */
export function NoteBox({ box, conversation, draft, setDraft }: NoteBoxProps) {
  const { api, desk } = useSession();
  const toasts = useToasts();
  useFileDrop(null);
  const [isSaving, setIsSaving] = useState(false);
  const text = draft.note;
  const { length } = text.trim();
  const isReady = length > 0 && length <= longestNote && !isSaving;
  const save = async () => {
    setIsSaving(true);
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
      setIsSaving(false);
      box.current?.focus();
    }
  };
  const submit = () => {
    if (isReady) void save();
  };
  return (
    <div className={styles.box}>
      <WritingField
        box={box}
        label="Note for colleagues"
        placeholder="Only your colleagues see this"
        value={text}
        onChange={note => setDraft(() => ({ note }))}
        onSubmit={submit}
      />
      <div className={styles.tools}>
        <span className={styles.space} />
        <RoomLeft className={styles.count} length={length} limit={longestNote} />
        <Button look="primary" disabled={!isReady} onClick={submit}>
          Save note <Kbd>↵</Kbd>
        </Button>
      </div>
    </div>
  );
}

import { useEffect, useSyncExternalStore } from 'react';
import { type Session, useSession } from '../../app/session.ts';
import type { Upload } from './uploads.ts';

export interface Files {
  readonly uploads: readonly Upload[];
  readonly add: (files: readonly File[]) => void;
  readonly addVoice: (file: File) => void;
  readonly retry: (key: number) => void;
  readonly remove: (key: number) => void;
  readonly clear: () => void;
}

/** Files of the message that is being written, or the one in the header of a template. */
export function useFiles(
  conversationId: number,
  which: keyof Pick<Session, 'uploads' | 'headerFiles'> = 'uploads',
): Files {
  const uploads = useSession()[which];
  const held = useSyncExternalStore(uploads.subscribe, () => uploads.of(conversationId));
  return {
    uploads: held,
    add: files => {
      for (const file of files) uploads.add(conversationId, file);
    },
    addVoice: file => uploads.add(conversationId, file, true),
    retry: key => uploads.retry(conversationId, key),
    remove: key => uploads.remove(conversationId, key),
    clear: () => uploads.clear(conversationId),
  };
}

const holdsFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;

/** Takes files that are dropped anywhere on the page. `null`: none, but the browser does not open them in place of the app. */
export function useFileDrop(onFiles: ((files: readonly File[]) => void) | null): void {
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = onFiles ? 'copy' : 'none';
    };
    const onDrop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      onFiles?.([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener('dragover', onDragOver);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onDragOver);
      document.removeEventListener('drop', onDrop);
    };
  }, [onFiles]);
}

import { useEffect, useSyncExternalStore } from 'react';
import { useSession } from '../../app/session.ts';
import type { Upload } from './uploads.ts';

export interface Files {
  readonly uploads: readonly Upload[];
  readonly add: (files: readonly File[]) => void;
  readonly addVoice: (file: File) => void;
  readonly retry: (key: number) => void;
  readonly remove: (key: number) => void;
  readonly clear: () => void;
}

export function useFiles(conversationId: number): Files {
  const { uploads } = useSession();
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

/** Files dropped anywhere on the page; elsewhere the browser would open them and leave the app. */
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

import { IconMicrophone, IconPlayerStopFilled, IconTrash } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Abilities, takesType } from '../../../../src/contract/index.ts';
import { Button, IconButton } from '../../ui/controls.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import styles from './composer.module.css';

/** What browsers record, the one that most platforms play first. */
const formats = ['audio/ogg;codecs=opus', 'audio/mp4', 'audio/webm;codecs=opus'];

/** A format that this browser records and this channel takes. */
export function voiceFormat({ files }: Abilities): string | undefined {
  if (typeof MediaRecorder === 'undefined' || !files.audio) return undefined;
  const { mimeTypes } = files.audio;
  return formats.find(
    format => MediaRecorder.isTypeSupported(format) && takesType(mimeTypes, format.split(';')[0] ?? ''),
  );
}

interface VoiceRecorderProps {
  format: string;
  onRecorded: (file: File) => void;
}

export function VoiceRecorder({ format, onRecorded }: VoiceRecorderProps) {
  const toasts = useToasts();
  const recorder = useRef<MediaRecorder | null>(null);
  const isWanted = useRef(true);
  const [startedAt, setStartedAt] = useState<number | null>(null);
  const finish = useCallback((keeps: boolean) => {
    isWanted.current = keeps;
    recorder.current?.stop();
  }, []);
  // Whoever leaves the conversation stops speaking into it.
  useEffect(() => () => finish(false), [finish]);

  const start = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts: Blob[] = [];
      const made = new MediaRecorder(stream, { mimeType: format });
      made.ondataavailable = ({ data }) => parts.push(data);
      made.onstop = () => {
        for (const track of stream.getTracks()) track.stop();
        recorder.current = null;
        setStartedAt(null);
        const [type = format] = format.split(';');
        const ending = type.split('/')[1];
        if (isWanted.current && parts.length > 0)
          onRecorded(new File(parts, `voice-note.${ending}`, { type }));
      };
      isWanted.current = true;
      recorder.current = made;
      made.start();
      setStartedAt(Date.now());
    } catch {
      toasts.warn('The microphone cannot be used. Allow it for this page in your browser.');
    }
  };

  if (startedAt === null)
    return (
      <IconButton label="Record a voice note" onClick={() => void start()}>
        <IconMicrophone size={16} />
      </IconButton>
    );
  return (
    <span className={styles.recording}>
      <IconButton label="Throw the recording away" onClick={() => finish(false)}>
        <IconTrash size={15} />
      </IconButton>
      <Elapsed since={startedAt} />
      <Button onClick={() => finish(true)}>
        <IconPlayerStopFilled size={14} aria-hidden /> Stop
      </Button>
    </span>
  );
}

function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.floor((now - since) / 1000);
  return (
    <span className={styles.elapsed} role="timer">
      {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, '0')}
    </span>
  );
}

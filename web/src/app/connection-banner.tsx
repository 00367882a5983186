import { IconCloudOff, IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useSession, useStore } from './session.ts';
import styles from './shell.module.css';

/** A hiccup shorter than this is nobody's business. */
const patienceMs = 1500;

/** Says when what is shown may be old, and that nothing is lost. */
export function ConnectionBanner() {
  const { desk } = useSession();
  const state = useStore(desk.stream, held => held);
  const isBehind = state !== 'live';
  const waiting = useStore(desk.outbox.store, items => items.filter(item => item.state !== 'refused').length);
  const [isLong, setIsLong] = useState(false);
  const [isOnline, setIsOnline] = useState(navigator.onLine);
  useEffect(() => {
    setIsLong(false);
    if (!isBehind) return;
    const timer = setTimeout(() => setIsLong(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isBehind]);
  useEffect(() => {
    const look = () => setIsOnline(navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  const isShown = !isOnline || (isBehind && isLong);
  return (
    <div role="status" aria-live="polite">
      {isShown ? (
        <div className={styles.banner}>
          {isOnline ? <IconRefresh size={15} aria-hidden /> : <IconCloudOff size={15} aria-hidden />}
          {isOnline
            ? `${state === 'connecting' ? 'Reconnecting' : 'Catching up'}. What you see may be a moment old.`
            : 'You are offline. Go on writing: it is sent when you are back.'}
          {waiting > 0
            ? ` ${waiting === 1 ? '1 message waits' : `${waiting} messages wait`} to be sent.`
            : null}
        </div>
      ) : null}
    </div>
  );
}

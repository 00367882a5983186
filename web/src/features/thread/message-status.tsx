import { IconAlertCircle, IconCheck, IconChecks, IconClock, IconHelpCircle } from '@tabler/icons-react';
import type { MessageStatus } from '../../../../src/contract/index.ts';
import styles from './thread.module.css';

const words: Record<MessageStatus, string> = {
  pending: 'waiting to be sent',
  sending: 'sending',
  unknown: 'not confirmed',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  failed: 'not sent',
};
const icons: Record<MessageStatus, typeof IconCheck> = {
  pending: IconClock,
  sending: IconClock,
  unknown: IconHelpCircle,
  sent: IconCheck,
  delivered: IconChecks,
  read: IconChecks,
  failed: IconAlertCircle,
};

/** One tick: sent. Two: delivered. Two and the word: read. */
export function StatusTicks({ status }: { status: MessageStatus }) {
  const Icon = icons[status];
  const isSpelled = status === 'read' || status === 'failed' || status === 'unknown';
  return (
    <span className={styles.ticks} title={words[status]} data-status={status}>
      <Icon size={14} stroke={2} aria-hidden />
      <span className={isSpelled ? undefined : 'visuallyHidden'}>{words[status]}</span>
    </span>
  );
}

import { useNavigate } from 'react-router';
import { type Channel, type Message, retryMessage } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useMay, useSession } from '../../app/session.ts';
import { LinkButton } from '../../ui/controls.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import styles from './thread.module.css';

/** What can be done in this conversation beside trying again. */
export interface WaysOut {
  readonly channel: Channel | undefined;
  /** Free text may not be sent now. */
  readonly isWindowClosed: boolean;
  readonly openTemplates: () => void;
}

/** Whether there is anything to be told of how this message fares. */
export function isInTrouble({ direction, status, error }: Message): boolean {
  if (direction !== 'outbound') return false;
  return status === 'failed' || status === 'unknown' || (status === 'pending' && error !== null);
}

const isOut = (channel: Channel | undefined) =>
  channel !== undefined &&
  (channel.health === 'reauthorise' || channel.health === 'stopped' || !channel.isActive);

/** A sentence ends with a stop, whoever wrote it. */
const sentence = (text: string) => (/[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);

function wordsOf({ status, error }: Message, channel: Channel | undefined): string {
  if (status === 'unknown')
    return 'The platform did not confirm this one: it may have arrived. It is being checked; sending it again could show it twice.';
  if (status === 'failed') return sentence(error?.message ?? 'The platform did not take this message.');
  const then = isOut(channel) ? 'It goes out when the channel works again.' : 'It is tried again by itself.';
  return `${sentence(error?.message ?? 'It is not sent yet.')} ${then}`;
}

/** Why it did not go out, and what can be done about it. */
export function Trouble({ message, channel, isWindowClosed, openTemplates }: WaysOut & { message: Message }) {
  const { api, desk } = useSession();
  const toasts = useToasts();
  const navigate = useNavigate();
  const maySend = useMay('messages:send');
  const maySeeChannels = useMay('channels:read');
  const { status, type } = message;
  const isTemplate = type === 'template';
  const hasTemplates = channel?.isActive === true && channel.abilities.send.includes('template');
  const retry = () =>
    desk
      .fetch(
        () => api.call(retryMessage, { params: { id: message.id } }),
        answer => ({ messages: [answer] }),
      )
      .catch(error => toasts.warn(sentenceOf(error)));
  const ways: { label: string; run: () => void }[] = [];
  // Free text in a closed window would only fail again.
  if (maySend && status !== 'pending' && (isTemplate || !isWindowClosed))
    ways.push({ label: status === 'unknown' ? 'Send again anyway' : 'Try again', run: () => void retry() });
  if (maySend && status === 'failed' && hasTemplates && (isTemplate || isWindowClosed))
    ways.push({ label: isTemplate ? 'Choose another template' : 'Send a template', run: openTemplates });
  if (maySeeChannels && channel && status !== 'unknown' && (isOut(channel) || channel.health === 'warning'))
    ways.push({
      label: 'Look at the channel',
      run: () => void navigate(`/settings/channels?health=${channel.id}`),
    });
  return (
    <p className={styles.trouble} data-unknown={status !== 'failed' || undefined}>
      {wordsOf(message, channel)}{' '}
      {ways.map(({ label, run }, index) => (
        <span key={label}>
          {index > 0 ? ' · ' : null}
          <LinkButton onClick={run}>{label}</LinkButton>
        </span>
      ))}
    </p>
  );
}

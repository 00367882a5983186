import { useNavigate } from 'react-router';
import { type Channel, type Message, retryMessage } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useMay, useSession } from '../../app/session.ts';
import { LinkButton } from '../../ui/controls.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { isReadOnly } from '../channels/read-only.ts';
import { toldTo } from '../channels/told-words.ts';
import { isFinal, isTooLate } from './final-failures.ts';
import styles from './thread.module.css';

/** What can be done in this conversation beside trying again. */
export interface WaysOut {
  readonly channel: Channel | undefined;
  /** The channel was removed: nothing goes out any more. */
  readonly isRemoved: boolean;
  /** When the customer wrote last, in milliseconds; `null`: nothing of theirs is loaded. */
  readonly lastWrittenAt: number | null;
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

function wordsOf({ status, error }: Message, channel: Channel | undefined, mayManage: boolean): string {
  if (status === 'unknown')
    return 'The platform did not confirm this one: it may have arrived. It is being checked; sending it again could show it twice.';
  const told = error === null ? null : toldTo(mayManage, error.message);
  if (status === 'failed') return sentence(told ?? 'The platform did not take this message.');
  const then = isOut(channel) ? 'It goes out when the channel works again.' : 'It is tried again by itself.';
  return `${sentence(told ?? 'It is not sent yet.')} ${then}`;
}

/** Whether a further try may end otherwise, and whether it is words in their time that are missing. */
function outlookOf({ status, type, error, sentAt }: Message, waysOut: WaysOut) {
  const { channel, isRemoved, isWindowClosed, lastWrittenAt } = waysOut;
  const isLate =
    error !== null &&
    isTooLate(channel?.abilities, error) &&
    (lastWrittenAt === null || lastWrittenAt <= Date.parse(sentAt));
  const isClosed = type !== 'template' && (isWindowClosed || (status === 'failed' && isLate));
  const isOver = status === 'failed' && error !== null && isFinal(channel?.abilities, error);
  const isMute = isRemoved || (channel !== undefined && isReadOnly(channel.abilities));
  return { mayHelp: status !== 'pending' && !isMute && !isOver && !isClosed, isClosed };
}

/** Why it did not go out, and what can be done about it. */
export function Trouble({ message, ...waysOut }: WaysOut & { message: Message }) {
  const { channel, openTemplates } = waysOut;
  const { api, desk } = useSession();
  const toasts = useToasts();
  const navigate = useNavigate();
  const maySend = useMay('messages:send');
  const maySeeChannels = useMay('channels:read');
  const mayManage = useMay('channels:write');
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
  const { mayHelp, isClosed } = outlookOf(message, waysOut);
  if (maySend && mayHelp)
    ways.push({ label: status === 'unknown' ? 'Send again anyway' : 'Try again', run: () => void retry() });
  if (maySend && status === 'failed' && hasTemplates && (isTemplate || isClosed))
    ways.push({ label: isTemplate ? 'Choose another template' : 'Send a template', run: openTemplates });
  if (maySeeChannels && channel && status !== 'unknown' && (isOut(channel) || channel.health === 'warning'))
    ways.push({
      label: 'Look at the channel',
      run: () => void navigate(`/settings/channels?health=${channel.id}`),
    });
  return (
    <p className={styles.trouble} data-unknown={status !== 'failed' || undefined}>
      {wordsOf(message, channel, mayManage)}{' '}
      {ways.map(({ label, run }, index) => (
        <span key={label}>
          {index > 0 ? ' · ' : null}
          <LinkButton onClick={run}>{label}</LinkButton>
        </span>
      ))}
    </p>
  );
}

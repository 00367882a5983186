import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Channel, type ChannelHealth, getChannelHealth } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useMay, useSession } from '../../app/session.ts';
import { Button, Chip, PlaceState, Skeleton } from '../../ui/controls.tsx';
import { exactTime, sinceOf } from '../../ui/time.ts';
import settings from '../settings/settings.module.css';
import styles from './channel-health.module.css';
import { RecallMenu } from './recall-menu.tsx';
import { toldTo } from './told-words.ts';
import { useChannelCheck } from './use-channel-check.ts';

interface ChannelHealthViewProps {
  channel: Channel;
  /** Where a phone has to be paired; `null`: the platform knows no such thing. */
  onPair: (() => void) | null;
}

/** How a channel stands, and a button that asks its platform anew. */
export function ChannelHealthView({ channel, onPair }: ChannelHealthViewProps) {
  const { api } = useSession();
  const mayCheck = useMay('channels:write');
  const query = useQuery({
    queryKey: ['channel-health', channel.id],
    queryFn: ({ signal }) => api.call(getChannelHealth, { params: { id: channel.id }, signal }),
  });
  const { isChecking, check } = useChannelCheck(channel.id);
  const [problem, setProblem] = useState<string | null>(null);
  const [told, setTold] = useState<{ text: string; isProblem: boolean } | null>(null);
  const checkNow = () => {
    setProblem(null);
    check().catch(error => setProblem(sentenceOf(error)));
  };
  return (
    <div className={settings.form} aria-busy={query.isPending || isChecking}>
      {query.isPending ? <Skeleton width="100%" height={180} /> : null}
      {query.isError ? (
        <PlaceState
          isAlert
          title="This could not be loaded"
          action={{ label: 'Try again', run: () => void query.refetch() }}
        >
          {sentenceOf(query.error)}
        </PlaceState>
      ) : null}
      {query.data ? <Figures health={query.data} mayManage={mayCheck} /> : null}
      {problem ? (
        <p className={settings.problem} role="alert">
          {problem}
        </p>
      ) : null}
      {told ? (
        <p
          className={told.isProblem ? settings.problem : settings.done}
          role={told.isProblem ? 'alert' : 'status'}
        >
          {told.text}
        </p>
      ) : null}
      {mayCheck ? (
        <div className={`${settings.end} ${styles.acts}`}>
          {channel.canRecall ? <RecallMenu channelId={channel.id} onTold={setTold} /> : null}
          <span className={styles.space} />
          {onPair && query.data?.health === 'reauthorise' ? (
            <Button isLarge onClick={onPair}>
              Pair the phone
            </Button>
          ) : null}
          <Button look="primary" isLarge disabled={isChecking} onClick={checkNow}>
            {isChecking ? 'Checking…' : 'Check now'}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Figures({ health, mayManage }: { health: ChannelHealth; mayManage: boolean }) {
  const { clock } = useSession();
  const now = clock();
  const time = (at: string | null) =>
    at === null ? 'never' : <time title={exactTime(at)}>{sinceOf(at, now)}</time>;
  const { isSubscribed, sentLastDay, failedLastDay } = health;
  return (
    <>
      {health.healthMessage ? (
        <p className={settings.problem} role="status">
          {toldTo(mayManage, health.healthMessage)}
        </p>
      ) : null}
      <dl className={styles.figures}>
        <Figure name="Account">{health.accountName === null ? null : <bdi>{health.accountName}</bdi>}</Figure>
        <Figure name="Webhook">
          {isSubscribed === null ? null : isSubscribed ? 'delivers to us' : 'does not deliver to us'}
        </Figure>
        <Figure name="Access ends">
          {health.tokenExpiresAt === null ? null : exactTime(health.tokenExpiresAt)}
        </Figure>
        {health.facts.map(fact => (
          <Figure key={`${fact.name} ${fact.value}`} name={fact.name}>
            <bdi>{fact.value}</bdi>
          </Figure>
        ))}
        <Figure name="Last received">{time(health.lastInboundAt)}</Figure>
        <Figure name="Last sent">{time(health.lastOutboundAt)}</Figure>
        <Figure name="Sent in 24 hours">{sentLastDay}</Figure>
        <Figure name="Failed in 24 hours">
          <Failures failed={failedLastDay} sent={sentLastDay} />
        </Figure>
        <Figure name="Waiting to be sent">{health.waiting}</Figure>
        <Figure name="Checked">{time(health.checkedAt)}</Figure>
      </dl>
      {health.events.length > 0 ? (
        <>
          <h3 className={styles.title}>What the platform told</h3>
          <ul className={styles.events}>
            {health.events.map(event => (
              <li key={`${event.at} ${event.topic} ${event.message}`} data-severity={event.severity}>
                <bdi>{event.message}</bdi>
                <small>{time(event.at)}</small>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}

/** From these shares on something is likely to be wrong with the channel, not with a number or an address. */
const manyFailed = 0.05;
const mostFailed = 0.25;

function Failures({ failed, sent }: { failed: number; sent: number }) {
  if (failed === 0) return 'none';
  const share = failed / (failed + sent);
  const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
  const tone = share >= mostFailed ? 'bad' : share >= manyFailed ? 'warn' : 'plain';
  return (
    <Chip tone={tone}>
      {failed} of {failed + sent}, {percent.format(share)}
    </Chip>
  );
}

function Figure({ name, children }: { name: string; children: React.ReactNode }) {
  if (children === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

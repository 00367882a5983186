import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import {
  type Conversation,
  type Customer,
  getCustomer,
  listCustomerConversations,
} from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useMay, useSession } from '../../app/session.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { LinkButton, Skeleton } from '../../ui/controls.tsx';
import { platformName } from '../../ui/platform-mark.tsx';
import { agoOf, clockTime, exactTime, momentOf, monthOf } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { statusNames } from '../conversations/filter-popover.tsx';
import { promiseNames, promiseOf } from '../conversations/promise.ts';
import { ConversationCard } from './conversation-card.tsx';
import styles from './details.module.css';

const movesEveryMs = 10_000;
const customerAgeMs = 30_000;
const mostEarlier = 8;

export function DetailsPane({ conversation }: { conversation: Conversation }) {
  const { clock } = useSession();
  const now = useNow(movesEveryMs, clock);
  return (
    <div className={styles.details}>
      <CustomerCards conversation={conversation} now={now} />
      <PromiseCard conversation={conversation} now={now} />
      <ConversationCard conversation={conversation} now={now} />
      <EarlierCard conversation={conversation} now={now} />
    </div>
  );
}

interface CardProps {
  conversation: Conversation;
  now: number;
}

function localTimeOf(timezone: string | null, now: number): string | null {
  if (!timezone) return null;
  try {
    return new Intl.DateTimeFormat(undefined, { timeStyle: 'short', timeZone: timezone }).format(now);
  } catch {
    return null;
  }
}

function CustomerCards({ conversation, now }: CardProps) {
  const { api } = useSession();
  const { id } = conversation.customer;
  const enabled = useMay('customers:read');
  const query = useQuery({
    queryKey: ['customer', id],
    enabled,
    staleTime: customerAgeMs,
    queryFn: () => api.call(getCustomer, { params: { id } }),
  });
  const customer = query.data;
  const there = localTimeOf(customer?.timezone ?? null, now);
  return (
    <>
      <section className={`${styles.card} ${styles.person}`}>
        <Avatar name={conversation.customer.name} url={conversation.customer.avatarUrl} size={48} />
        <b>
          <bdi>{conversation.customer.name}</bdi>
        </b>
        <p>
          {customer ? (
            <>
              {there ? <bdi>{there} there</bdi> : null}
              {there ? ' · ' : null}
              <bdi>{customer.isBlocked ? 'blocked' : `since ${monthOf(customer.createdAt)}`}</bdi>
            </>
          ) : query.isError ? (
            <>
              {sentenceOf(query.error)}{' '}
              <LinkButton onClick={() => void query.refetch()}>Try again</LinkButton>
            </>
          ) : enabled ? (
            <Skeleton width={150} height={14} />
          ) : null}
        </p>
      </section>
      {customer ? <IdentityCard customer={customer} /> : null}
    </>
  );
}

function IdentityCard({ customer }: { customer: Customer }) {
  const attributes = Object.entries(customer.customAttributes).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
  );
  if (!customer.phone && !customer.email && customer.identities.length === 0 && attributes.length === 0)
    return null;
  return (
    <section className={styles.card} aria-label="Customer">
      <h3>Customer</h3>
      <dl className={styles.facts}>
        {customer.phone ? <Fact name="Phone" value={customer.phone} /> : null}
        {customer.email ? <Fact name="E-mail" value={customer.email} /> : null}
        {customer.identities
          .filter(identity => identity.value !== customer.phone && identity.value !== customer.email)
          .filter(identity => identity.kind !== 'parent_bsuid')
          .map(identity => (
            <Fact
              key={identity.id}
              name={identityName(identity)}
              value={identity.value}
              remark={identity.isVerified ? 'verified' : 'claimed'}
            />
          ))}
        {attributes.map(([name, value]) => (
          <Fact key={name} name={name} value={String(value)} />
        ))}
      </dl>
    </section>
  );
}

/** WhatsApp knows a person by a number and, apart from it, by an id. */
function identityName({ platform, kind }: Customer['identities'][number]): string {
  return kind === 'bsuid' ? `${platformName(platform)} user id` : platformName(platform);
}

function Fact({ name, value, remark }: { name: string; value: string; remark?: string }) {
  return (
    <>
      <dt>
        <bdi>{name}</bdi>
      </dt>
      <dd title={value}>
        <bdi>{value}</bdi> {remark ? <small>{remark}</small> : null}
      </dd>
    </>
  );
}

function PromiseCard({ conversation, now }: CardProps) {
  const { sla, waitingSince, status } = conversation;
  const words = promiseOf(conversation, now);
  if (!sla || !words || status === 'resolved' || status === 'archived') return null;
  const from = Date.parse(waitingSince ?? conversation.createdAt);
  const used = Math.min(1, Math.max(0, (now - from) / Math.max(1, Date.parse(sla.dueAt) - from)));
  return (
    <section className={styles.card} aria-label="Promise">
      <h3>Promise</h3>
      <div className={styles.promise}>
        <span>{promiseNames[sla.kind]}</span>
        <b data-tone={words.tone}>
          <bdi>{words.text}</bdi>
        </b>
      </div>
      <div className={styles.bar} data-tone={words.tone} aria-hidden>
        <i style={{ inlineSize: `${used * 100}%` }} />
      </div>
      <p title={exactTime(sla.dueAt)}>
        <bdi>Due {momentOf(sla.dueAt, now)}</bdi>
        {waitingSince ? ' · ' : null}
        {waitingSince ? <bdi>waiting since {clockTime(waitingSince)}</bdi> : null}
      </p>
    </section>
  );
}

function wordsOf({ subject, lastMessage, status }: Conversation): string {
  return subject ?? lastMessage?.preview ?? statusNames[status];
}

function EarlierCard({ conversation, now }: CardProps) {
  const { api, desk } = useSession();
  const { id } = conversation.customer;
  const query = useQuery({
    queryKey: ['earlier', id],
    staleTime: customerAgeMs,
    queryFn: () =>
      desk.fetch(
        () => api.call(listCustomerConversations, { params: { id }, query: { limit: mostEarlier + 1 } }),
        answer => ({ conversations: answer.items }),
      ),
  });
  const earlier = (query.data?.items ?? []).filter(item => item.id !== conversation.id).slice(0, mostEarlier);
  if (earlier.length === 0) return null;
  return (
    <section className={styles.card} aria-label="Other conversations">
      <h3>Other conversations</h3>
      <ul className={styles.earlier}>
        {earlier.map(item => (
          <li key={item.id}>
            <Link to={`/inbox/all/${item.id}`} title={wordsOf(item)}>
              <span>{platformName(item.platform)}</span> · <bdi>{wordsOf(item)}</bdi>
            </Link>
            <time dateTime={item.lastMessageAt} title={exactTime(item.lastMessageAt)}>
              {agoOf(item.lastMessageAt, now)}
            </time>
          </li>
        ))}
      </ul>
    </section>
  );
}

import { Select } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconDeviceMobileOff, IconSend2, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button, IconButton, PlaceState } from '../../ui/controls.tsx';
import { clockTime } from '../../ui/time.ts';
import { useToasts } from '../../ui/toasts.tsx';
import {
  readAsCustomer,
  type SimulatedCustomer,
  simulatedThread,
  writeAsCustomer,
} from './simulator-client.ts';
import styles from './try-it.module.css';
import { useSimulator } from './use-simulator.ts';

const lookEveryMs = 1500;
const newcomer: SimulatedCustomer = { waId: '351910000099', name: 'A new customer' };

/** A customer's phone beside the inbox: what is written here arrives there as a real webhook would bring it. */
export function TryItPanel({ onClose }: { onClose: () => void }) {
  const query = useSimulator();
  const [chosen, setChosen] = useState<string | null>(null);
  const [isSmall, setIsSmall] = useState(false);
  const known = query.data ?? [];
  const customers = known.some(customer => customer.waId === newcomer.waId) ? known : [...known, newcomer];
  const customer = customers.find(item => item.waId === chosen) ?? customers[0] ?? newcomer;
  return (
    <aside className={styles.panel} data-small={isSmall || undefined} aria-label="Try it: a customer's phone">
      <header className={styles.head}>
        <div>
          <b>A customer’s phone</b>
          {isSmall ? null : <p>Write as a customer and see it arrive in the inbox.</p>}
        </div>
        <IconButton
          label={isSmall ? 'Unfold the phone' : 'Fold the phone'}
          onClick={() => setIsSmall(!isSmall)}
        >
          {isSmall ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
        </IconButton>
        <IconButton label="Close the phone" onClick={onClose}>
          <IconX size={16} />
        </IconButton>
      </header>
      <div className={styles.body} hidden={isSmall}>
        {query.isError ? (
          <PlaceState
            icon={<IconDeviceMobileOff size={28} stroke={1.5} />}
            title="The phone has no connection"
            action={{ label: 'Look again', run: () => void query.refetch() }}
          >
            The server may be starting. What was written to the customer is kept.
          </PlaceState>
        ) : (
          <>
            <Select
              aria-label="Which customer"
              className={styles.who}
              size="xs"
              searchable
              allowDeselect={false}
              data={customers.map(item => ({ value: item.waId, label: item.name }))}
              value={customer.waId}
              onChange={setChosen}
            />
            <Phone key={customer.waId} customer={customer} isKnown={known.includes(customer)} />
          </>
        )}
      </div>
    </aside>
  );
}

/** `isKnown`: the simulator has this customer; somebody new has no thread before the first message. */
function Phone({ customer, isKnown }: { customer: SimulatedCustomer; isKnown: boolean }) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [text, setText] = useState('');
  const end = useRef<HTMLDivElement>(null);
  const thread = useQuery({
    queryKey: ['simulator', customer.waId],
    enabled: isKnown,
    queryFn: () => simulatedThread(customer.waId),
    refetchInterval: lookEveryMs,
    retry: false,
  });
  const items = thread.data ?? [];
  const unread = items.filter(item => item.direction === 'out' && item.status !== 'read').length;
  const count = items.length;
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: 'end' });
  }, [count]);

  const look = () => queries.invalidateQueries({ queryKey: ['simulator'] });
  const write = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    try {
      await writeAsCustomer(customer, text.trim());
      setText('');
      await look();
    } catch (error) {
      toasts.warn(error instanceof Error ? error.message : 'It was not sent.');
    }
  };
  const read = () =>
    readAsCustomer(customer.waId)
      .then(look)
      .catch(() => toasts.warn('The messages could not be marked as read.'));
  return (
    <div className={styles.phone}>
      <section
        className={styles.screen}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={`What ${customer.name} sees`}
        aria-live="polite"
      >
        {items.length === 0 ? <p className={styles.quiet}>Nothing yet. Say hello.</p> : null}
        {items.map(item => (
          <p
            key={item.id}
            className={styles.message}
            data-own={item.direction === 'in' || undefined}
            dir="auto"
          >
            {item.text}
            <small>
              {clockTime(item.at)}
              {item.direction === 'out' && item.status !== 'read' ? ' · unread' : null}
            </small>
          </p>
        ))}
        <div ref={end} />
      </section>
      <div className={styles.readLine}>
        <Button disabled={unread === 0} onClick={() => void read()}>
          {unread === 0
            ? 'Everything read'
            : unread === 1
              ? 'Read the new message'
              : `Read ${unread} new messages`}
        </Button>
      </div>
      <form className={styles.write} onSubmit={event => void write(event)}>
        <input
          aria-label={`Write as ${customer.name}`}
          placeholder={`Write as ${customer.name}`}
          value={text}
          maxLength={4096}
          dir="auto"
          onChange={event => setText(event.currentTarget.value)}
        />
        <IconButton label="Send as the customer" type="submit" disabled={text.trim() === ''}>
          <IconSend2 size={17} />
        </IconButton>
      </form>
    </div>
  );
}

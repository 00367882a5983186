import { IconAlertTriangle, IconChevronDown, IconRobot } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { Chip } from '../../ui/controls.tsx';
import styles from './mail.module.css';
import type { Mail } from './mail.ts';

interface MailHeadProps {
  mail: Mail;
  isOut: boolean;
}

/** Who wrote to whom: in a line, and all of it on demand. */
export function MailHead({ mail, isOut }: MailHeadProps) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const { from, to, cc, bcc, replyTo, isUnverified, automatic } = mail;
  const others = [...to.slice(1), ...cc, ...bcc].length;
  return (
    <div className={styles.head}>
      <button
        type="button"
        className={styles.line}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(open => !open)}
      >
        <span className={styles.words} dir="auto">
          {from && !isOut ? (
            <>
              From <bdi>{from.address}</bdi>{' '}
            </>
          ) : null}
          {to[0] ? (
            <>
              {from && !isOut ? 'to' : 'To'} <bdi>{to[0]}</bdi>
            </>
          ) : null}
          {others > 0 ? ` and ${others} more` : null}
        </span>
        <span className="visuallyHidden">, all addresses</span>
        <IconChevronDown size={13} aria-hidden className={styles.turn} />
      </button>
      {isUnverified || automatic ? (
        <span className={styles.marks}>
          {isUnverified ? (
            <Chip
              tone="warn"
              title="The mail servers on its way say that it does not come from this address. Do not trust what it claims."
            >
              <IconAlertTriangle size={12} aria-hidden /> unverified sender
            </Chip>
          ) : null}
          {automatic ? (
            <Chip title="No person wrote this, or it went to many.">
              <IconRobot size={12} aria-hidden /> {automatic}
            </Chip>
          ) : null}
        </span>
      ) : null}
      <dl id={id} className={styles.details} hidden={!isOpen}>
        <Row
          name="From"
          addresses={from ? [from.name ? `${from.name} <${from.address}>` : from.address] : []}
        />
        <Row name="To" addresses={to} />
        <Row name="Cc" addresses={cc} />
        <Row name="Bcc" addresses={bcc} />
        <Row name="Answers to" addresses={replyTo} />
        {isUnverified ? (
          <div>
            <dt>Caution</dt>
            <dd>The servers on its way say that it does not come from this address.</dd>
          </div>
        ) : null}
      </dl>
    </div>
  );
}

function Row({ name, addresses }: { name: string; addresses: readonly string[] }) {
  if (addresses.length === 0) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {addresses.map(address => (
          <bdi key={address}>{address}</bdi>
        ))}
      </dd>
    </div>
  );
}

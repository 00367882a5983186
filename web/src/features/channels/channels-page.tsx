import { Modal } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { sentenceOf } from '../../api/api-error.ts';
import { useChannels } from '../../api/resources.ts';
import { useMay } from '../../app/session.ts';
import { Button, PlaceState, Skeleton } from '../../ui/controls.tsx';
import { PlatformMark, platformColor } from '../../ui/platform-mark.tsx';
import styles from '../settings/settings.module.css';
import { AddChannel } from './add-channel.tsx';
import { channelHints } from './channel-hints.ts';
import type { ChannelKind } from './channel-kinds.ts';
import { ChannelRow } from './channel-row.tsx';

export function ChannelsPage() {
  const query = useChannels();
  const mayWrite = useMay('channels:write');
  const [isAdding, setIsAdding] = useState(false);
  const [kind, setKind] = useState<ChannelKind | null>(null);
  const add = () => {
    setKind(null);
    setIsAdding(true);
  };
  const channels = query.data;
  const hints = channelHints(channels ?? []);
  const [search, setSearch] = useSearchParams();
  /** Whoever comes from a message that failed wants to see how its channel stands. */
  const shown = Number(search.get('health'));
  return (
    <>
      <header className={styles.head}>
        <div>
          <h1>Channels</h1>
          <p>The accounts through which customers reach you.</p>
        </div>
        {mayWrite ? (
          <Button look="primary" isLarge onClick={add}>
            <IconPlus size={15} aria-hidden /> Add a channel
          </Button>
        ) : null}
      </header>
      {query.isError ? (
        <PlaceState
          isAlert
          title="The channels could not be loaded"
          action={{ label: 'Try again', run: () => void query.refetch() }}
        >
          {sentenceOf(query.error)}
        </PlaceState>
      ) : null}
      {channels?.length === 0 ? (
        <PlaceState icon={<IconPlugConnected size={28} stroke={1.5} />} title="No channel yet">
          Add WhatsApp, your website or a program of yours, and conversations begin to arrive.
        </PlaceState>
      ) : null}
      {query.isPending || (channels && channels.length > 0) ? (
        <section
          className={`${styles.card} ${styles.rows}`}
          aria-label="Connected channels"
          aria-busy={query.isPending}
        >
          {query.isPending ? <Skeleton width="100%" height={120} /> : null}
          {channels?.map(channel => (
            <ChannelRow
              key={channel.id}
              channel={channel}
              hint={hints.get(channel.id)}
              mayWrite={mayWrite}
              isHealthShown={channel.id === shown}
              onHealthSeen={() => setSearch({}, { replace: true })}
            />
          ))}
        </section>
      ) : null}
      <Modal
        opened={isAdding}
        onClose={() => setIsAdding(false)}
        title={kind ? <ConnectTitle kind={kind} /> : 'Add a channel'}
        size="lg"
        closeOnClickOutside={false}
      >
        <AddChannel kind={kind} onKind={setKind} onDone={() => setIsAdding(false)} />
      </Modal>
    </>
  );
}

function ConnectTitle({ kind: { platform, title } }: { kind: ChannelKind }) {
  return (
    <span className={styles.titled}>
      <span className={styles.mark} style={{ background: platformColor(platform) }} aria-hidden>
        <PlatformMark platform={platform} />
      </span>
      Connect {title}
    </span>
  );
}

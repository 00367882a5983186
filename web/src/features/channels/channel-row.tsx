import { Menu, Modal, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Channel, deleteChannel, updateChannel } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession } from '../../app/session.ts';
import { Button, Chip, IconButton, type Tone } from '../../ui/controls.tsx';
import { PlatformMark, platformColor, platformName } from '../../ui/platform-mark.tsx';
import { sinceOf } from '../../ui/time.ts';
import { useToasts } from '../../ui/toasts.tsx';
import { CopyField } from '../settings/copy-field.tsx';
import styles from '../settings/settings.module.css';
import { useSubmit } from '../settings/use-submit.ts';
import { ChangeSettings } from './change-settings.tsx';
import { ChannelHealthView } from './channel-health.tsx';
import { channelKinds } from './channel-kinds.ts';
import { ChangeMailbox } from './email-forms.tsx';
import { PairingView } from './pairing-view.tsx';
import { isReadOnly } from './read-only.ts';

const healthLooks: Record<Channel['health'], { tone: Tone; text: string }> = {
  ok: { tone: 'ok', text: 'working' },
  warning: { tone: 'warn', text: 'has trouble' },
  reauthorise: { tone: 'bad', text: 'needs a new sign-in' },
  stopped: { tone: 'bad', text: 'stopped' },
  unknown: { tone: 'plain', text: 'not checked yet' },
};

/** Trouble is told before all else. */
function healthLookOf({ health, abilities }: Channel): { tone: Tone; text: string } {
  const isQuiet = health === 'ok' || health === 'unknown';
  return isQuiet && isReadOnly(abilities) ? { tone: 'plain', text: 'read only' } : healthLooks[health];
}

type Dialog = 'health' | 'connect' | 'pair' | 'settings' | 'rename' | 'remove';

interface ChannelRowProps {
  channel: Channel;
  mayWrite: boolean;
  /** Its health is what somebody came for. */
  isHealthShown: boolean;
  onHealthSeen: () => void;
}

export function ChannelRow({ channel, mayWrite, isHealthShown, onHealthSeen }: ChannelRowProps) {
  const { api, clock } = useSession();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [chosen, setOpen] = useState<Dialog | null>(null);
  const open = chosen ?? (isHealthShown ? 'health' : null);
  const kind = channelKinds.find(({ platform }) => platform === channel.platform);
  const health = healthLookOf(channel);
  const isMailbox = channel.platform === 'email';
  const isPaired = channel.platform === 'whatsapp_web';
  const close = () => {
    setOpen(null);
    if (isHealthShown) onHealthSeen();
  };
  const refresh = () => queries.invalidateQueries({ queryKey: ['channels'] });
  const pause = () =>
    api
      .call(updateChannel, { params: { id: channel.id }, body: { isActive: !channel.isActive } })
      .then(refresh)
      .catch(error => toasts.warn(sentenceOf(error)));
  return (
    <div className={styles.row}>
      <span className={styles.mark} style={{ background: platformColor(channel.platform) }} aria-hidden>
        <PlatformMark platform={channel.platform} />
      </span>
      <div className={styles.grow}>
        <b>
          <bdi>{channel.name}</bdi>
        </b>
        <p>
          {platformName(channel.platform)}
          {channel.lastInboundAt
            ? ` · last message ${sinceOf(channel.lastInboundAt, clock())}`
            : ' · nothing received yet'}
          {channel.healthMessage ? ` · ${channel.healthMessage}` : null}
        </p>
      </div>
      {channel.isActive ? <Chip tone={health.tone}>{health.text}</Chip> : <Chip>paused</Chip>}
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <IconButton label={`Actions for ${channel.name}`}>
            <IconDots size={17} />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen('health')}>Health</Menu.Item>
          {mayWrite && isPaired ? (
            <Menu.Item onClick={() => setOpen('pair')}>Pair the phone</Menu.Item>
          ) : null}
          {channel.webhookUrl || channel.widgetKey ? (
            <Menu.Item onClick={() => setOpen('connect')}>How to connect</Menu.Item>
          ) : null}
          {mayWrite && kind && !isPaired ? (
            <Menu.Item onClick={() => setOpen('settings')}>Change settings</Menu.Item>
          ) : null}
          {mayWrite ? <Menu.Item onClick={() => setOpen('rename')}>Rename</Menu.Item> : null}
          {mayWrite ? (
            <Menu.Item onClick={() => void pause()}>{channel.isActive ? 'Pause' : 'Resume'}</Menu.Item>
          ) : null}
          {mayWrite ? (
            <Menu.Item color="var(--bad)" onClick={() => setOpen('remove')}>
              Remove…
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={open === 'connect'} onClose={close} title={channel.name}>
        <div className={styles.form}>
          {channel.webhookUrl ? <CopyField label="Webhook address" value={channel.webhookUrl} /> : null}
          {channel.widgetKey ? (
            <CopyField
              label="Widget key"
              description="Public: it may stand in a web page."
              value={channel.widgetKey}
            />
          ) : null}
          {channel.externalAccountId ? <CopyField label="Account" value={channel.externalAccountId} /> : null}
          <p className={styles.help}>Secrets are sealed and cannot be shown again.</p>
        </div>
      </Modal>
      <Modal opened={open === 'health'} onClose={close} title={`Health of ${channel.name}`}>
        <ChannelHealthView channel={channel} onPair={isPaired ? () => setOpen('pair') : null} />
      </Modal>
      <Modal opened={open === 'pair'} onClose={close} title={`Pair a phone with ${channel.name}`} size="lg">
        <PairingView channelId={channel.id} onDone={close} />
      </Modal>
      {kind ? (
        <Modal opened={open === 'settings'} onClose={close} title={`Settings of ${channel.name}`}>
          {isMailbox ? (
            <ChangeMailbox channel={channel} onDone={() => void refresh().then(close)} />
          ) : (
            <ChangeSettings channel={channel} kind={kind} onDone={() => void refresh().then(close)} />
          )}
        </Modal>
      ) : null}
      <Modal opened={open === 'rename'} onClose={close} title="Rename the channel">
        <Rename channel={channel} onDone={() => void refresh().then(close)} />
      </Modal>
      <Modal opened={open === 'remove'} onClose={close} title={`Remove ${channel.name}?`}>
        <Remove channel={channel} onCancel={close} onDone={() => void refresh()} />
      </Modal>
    </div>
  );
}

function Rename({ channel, onDone }: { channel: Channel; onDone: () => void }) {
  const { api } = useSession();
  const [name, setName] = useState(channel.name);
  const submit = useSubmit([], async () => {
    await api.call(updateChannel, { params: { id: channel.id }, body: { name: name.trim() } });
    onDone();
  });
  return (
    <form className={styles.form} onSubmit={submit.onSubmit}>
      <TextInput
        label="Name"
        maxLength={200}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
        error={submit.problem}
        data-autofocus
      />
      <Button type="submit" look="primary" isLarge disabled={submit.isBusy || name.trim() === ''}>
        Save
      </Button>
    </form>
  );
}

function Remove({
  channel,
  onCancel,
  onDone,
}: {
  channel: Channel;
  onCancel: () => void;
  onDone: () => void;
}) {
  const { api } = useSession();
  const submit = useSubmit([], async () => {
    await api.call(deleteChannel, { params: { id: channel.id } });
    onDone();
  });
  return (
    <form onSubmit={submit.onSubmit}>
      <p>
        Nothing more is received or sent through <bdi>{channel.name}</bdi>. Its conversations stay. To connect
        the account again, you need its credentials again.
      </p>
      {submit.problem ? (
        <p className={styles.problem} role="alert">
          {submit.problem}
        </p>
      ) : null}
      <div className={styles.end}>
        <Button isLarge onClick={onCancel} data-autofocus>
          Keep it
        </Button>
        <Button type="submit" isLarge look="danger" disabled={submit.isBusy}>
          Remove the channel
        </Button>
      </div>
    </form>
  );
}

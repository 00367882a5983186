import { Menu, Modal, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Channel, deleteChannel, updateChannel } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession } from '../../app/session.ts';
import { Button, Chip, IconButton } from '../../ui/controls.tsx';
import { PlatformMark, platformColor, platformName } from '../../ui/platform-mark.tsx';
import { sinceOf } from '../../ui/time.ts';
import { useToasts } from '../../ui/toasts.tsx';
import { CopyField } from '../settings/copy-field.tsx';
import styles from '../settings/settings.module.css';
import { useSubmit } from '../settings/use-submit.ts';
import { ChangeSettings } from './change-settings.tsx';
import { ChannelHealthView } from './channel-health.tsx';
import { channelKinds } from './channel-kinds.ts';
import rowStyles from './channel-row.module.css';
import { shortfallOf, stateOf } from './channel-state.ts';
import { ChangeMailbox } from './email-forms.tsx';
import { PairingView } from './pairing-view.tsx';
import { toldTo } from './told-words.ts';
import { useChannelCheck } from './use-channel-check.ts';

type Dialog = 'health' | 'connect' | 'pair' | 'settings' | 'rename' | 'remove';

interface ChannelRowProps {
  channel: Channel;
  /** Tells it from another one of the same name. */
  hint: string | undefined;
  mayWrite: boolean;
  /** Its health is what somebody came for. */
  isHealthShown: boolean;
  onHealthSeen: () => void;
}

export function ChannelRow({ channel, hint, mayWrite, isHealthShown, onHealthSeen }: ChannelRowProps) {
  const { api, clock } = useSession();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [chosen, setOpen] = useState<Dialog | null>(null);
  const open = chosen ?? (isHealthShown ? 'health' : null);
  const kind = channelKinds.find(({ platform }) => platform === channel.platform);
  const state = stateOf(channel);
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
  const { isChecking, check } = useChannelCheck(channel.id);
  const checkNow = () =>
    check()
      .then(checked => {
        const shortfall = shortfallOf(checked);
        if (shortfall === null) toasts.tell(`${channel.name} works.`);
        else toasts.warn(`${channel.name}: ${shortfall}`);
      })
      .catch(error => toasts.warn(sentenceOf(error)));
  return (
    <div className={`${styles.row} ${rowStyles.row}`}>
      <span className={styles.mark} style={{ background: platformColor(channel.platform) }} aria-hidden>
        <PlatformMark platform={channel.platform} />
      </span>
      <div className={styles.grow}>
        <b>
          <bdi>{channel.name}</bdi>
          {hint ? (
            <small>
              {' '}
              <bdi>{hint}</bdi>
            </small>
          ) : null}
        </b>
        <p>
          {platformName(channel.platform)}
          {channel.lastInboundAt
            ? ` · last heard ${sinceOf(channel.lastInboundAt, clock())}`
            : ' · nothing received yet'}
          {channel.healthMessage ? ` · ${toldTo(mayWrite, channel.healthMessage)}` : null}
        </p>
      </div>
      <Chip tone={isChecking ? 'plain' : state.tone}>{isChecking ? 'checking…' : state.text}</Chip>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <IconButton label={`Actions for ${channel.name}`}>
            <IconDots size={17} />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen('health')}>Health</Menu.Item>
          {mayWrite && channel.isActive && channel.health !== 'ok' && !isPaired ? (
            <Menu.Item disabled={isChecking} onClick={() => void checkNow()}>
              Check now
            </Menu.Item>
          ) : null}
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
            <ChangeMailbox channel={channel} onCancel={close} onDone={() => void refresh().then(close)} />
          ) : (
            <ChangeSettings
              channel={channel}
              kind={kind}
              onCancel={close}
              onDone={() => void refresh().then(close)}
            />
          )}
        </Modal>
      ) : null}
      <Modal opened={open === 'rename'} onClose={close} title="Rename the channel">
        <Rename channel={channel} onCancel={close} onDone={() => void refresh().then(close)} />
      </Modal>
      <Modal opened={open === 'remove'} onClose={close} title={`Remove ${channel.name}?`}>
        <Remove channel={channel} onCancel={close} onDone={() => void refresh()} />
      </Modal>
    </div>
  );
}

interface RowDialogProps {
  channel: Channel;
  onCancel: () => void;
  onDone: () => void;
}

function Rename({ channel, onCancel, onDone }: RowDialogProps) {
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
      <div className={styles.end}>
        <Button isLarge onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" look="primary" isLarge disabled={submit.isBusy || name.trim() === ''}>
          Save
        </Button>
      </div>
    </form>
  );
}

function Remove({ channel, onCancel, onDone }: RowDialogProps) {
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

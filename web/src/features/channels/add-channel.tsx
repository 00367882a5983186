import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createChannel, type ResponseOf } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { Button } from '../../ui/controls.tsx';
import { focusOnMount } from '../../ui/focus-on-mount.ts';
import { PlatformMark, platformColor } from '../../ui/platform-mark.tsx';
import { CopyField } from '../settings/copy-field.tsx';
import styles from '../settings/settings.module.css';
import { useSubmit } from '../settings/use-submit.ts';
import { type ChannelKind, channelKinds } from './channel-kinds.ts';
import { shortfallOf } from './channel-state.ts';
import { NewMailbox } from './email-forms.tsx';
import { FormFoot } from './form-foot.tsx';
import { PairingView } from './pairing-view.tsx';
import { SettingFields, settingsOf } from './setting-fields.tsx';

type Created = ResponseOf<typeof createChannel>;

interface AddChannelProps {
  kind: ChannelKind | null;
  /** `null`: another one is to be chosen. */
  onKind: (kind: ChannelKind | null) => void;
  onDone: () => void;
}

export function AddChannel({ kind, onKind, onDone }: AddChannelProps) {
  const [created, setCreated] = useState<Created | null>(null);
  if (created?.platform === 'whatsapp_web')
    return (
      <div ref={focusOnMount} tabIndex={-1} className={styles.step}>
        <PairingView channelId={created.id} onDone={onDone} />
      </div>
    );
  if (created && kind) return <Connected kind={kind} channel={created} onDone={onDone} />;
  if (kind?.platform === 'email') return <NewMailbox onBack={() => onKind(null)} onCreated={setCreated} />;
  if (kind) return <ChannelForm kind={kind} onBack={() => onKind(null)} onCreated={setCreated} />;
  return (
    <div ref={focusOnMount} tabIndex={-1} className={styles.choice}>
      {channelKinds.map(option => (
        <button key={option.platform} type="button" onClick={() => onKind(option)}>
          <span className={styles.mark} style={{ background: platformColor(option.platform) }} aria-hidden>
            <PlatformMark platform={option.platform} />
          </span>
          <b>{option.title}</b>
          <small>{option.help}</small>
        </button>
      ))}
    </div>
  );
}

interface ChannelFormProps {
  kind: ChannelKind;
  onBack: () => void;
  onCreated: (channel: Created) => void;
}

function ChannelForm({ kind, onBack, onCreated }: ChannelFormProps) {
  const { api } = useSession();
  const queries = useQueryClient();
  const [name, setName] = useState(kind.title);
  const [values, setValues] = useState<Record<string, string>>({});
  const fields = ['name', ...kind.fields.map(field => field.name)];
  const submit = useSubmit(fields, async () => {
    const settings = settingsOf(kind.fields, values);
    const channel = await api.call(createChannel, {
      body: { platform: kind.platform, name: name.trim(), settings },
    });
    await queries.invalidateQueries({ queryKey: ['channels'] });
    onCreated(channel);
  });
  const isReady =
    name.trim() !== '' &&
    kind.fields.every(field => !field.isRequired || Boolean(values[field.name]?.trim()));
  return (
    <form className={styles.form} onSubmit={submit.onSubmit} autoComplete="off">
      <TextInput
        ref={focusOnMount}
        label="Name"
        description="What your colleagues see."
        maxLength={200}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
        error={submit.problemOf('name')}
      />
      <SettingFields fields={kind.fields} values={values} onChange={setValues} problemOf={submit.problemOf} />
      {kind.caution ? <p className={styles.caution}>{kind.caution}</p> : null}
      <FormFoot submit={submit} isReady={isReady} act="Connect" leave="Back" onLeave={onBack} />
    </form>
  );
}

function Connected({ kind, channel, onDone }: { kind: ChannelKind; channel: Created; onDone: () => void }) {
  const shortfall = shortfallOf(channel);
  const isRefused = channel.health === 'reauthorise' || channel.health === 'stopped';
  const isSetUp = kind.setsItselfUp === true && channel.health === 'ok';
  const isShownOnce = channel.verifyToken !== null || channel.secret !== null;
  return (
    <div className={styles.form}>
      {shortfall === null ? (
        <p ref={focusOnMount} tabIndex={-1} className={styles.done} role="status">
          <bdi>{channel.name}</bdi> is connected. {isSetUp ? 'Messages arrive from now on.' : kind.next}
        </p>
      ) : (
        <>
          <p
            ref={focusOnMount}
            tabIndex={-1}
            className={isRefused ? styles.problem : styles.caution}
            role="status"
          >
            <bdi>{channel.name}</bdi> is stored. {shortfall}
          </p>
          <p className={styles.help}>
            {isRefused
              ? 'In the menu of the channel you can change its settings, or check it again when that is mended.'
              : kind.next}
          </p>
        </>
      )}
      {channel.webhookUrl ? <CopyField label="Webhook address" value={channel.webhookUrl} /> : null}
      {channel.verifyToken ? <CopyField label="Verify token" value={channel.verifyToken} /> : null}
      {channel.secret ? <CopyField label="Secret" value={channel.secret} /> : null}
      {channel.widgetKey ? (
        <CopyField
          label="Widget key"
          description="Public: it may stand in a web page."
          value={channel.widgetKey}
        />
      ) : null}
      {isShownOnce ? (
        <p className={styles.help}>
          Copy {channel.secret ? 'the secret' : 'the token'} now: it is not shown again.
        </p>
      ) : null}
      <div className={`${styles.end} ${styles.foot}`}>
        <Button look="primary" isLarge onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}

import { Switch, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type Channel,
  createChannel,
  type ResponseOf,
  updateChannel,
} from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { focusOnMount } from '../../ui/focus-on-mount.ts';
import { useToasts } from '../../ui/toasts.tsx';
import settings from '../settings/settings.module.css';
import { useSubmit } from '../settings/use-submit.ts';
import { shortfallOf } from './channel-state.ts';
import { AccessFields, MoreFields, SenderFields } from './email-fields.tsx';
import {
  accessSettings,
  type EmailValues,
  emailFields,
  isComplete,
  newEmailValues,
  plainSettings,
  valuesOf,
} from './email-values.ts';
import { FormFoot } from './form-foot.tsx';

interface NewMailboxProps {
  onBack: () => void;
  onCreated: (channel: ResponseOf<typeof createChannel>) => void;
}

export function NewMailbox({ onBack, onCreated }: NewMailboxProps) {
  const { api } = useSession();
  const queries = useQueryClient();
  const [title, setTitle] = useState('E-mail');
  const [values, setValues] = useState<EmailValues>(newEmailValues);
  const submit = useSubmit(emailFields, async () => {
    const given = { ...plainSettings(values, false), ...accessSettings(values) };
    const channel = await api.call(createChannel, {
      body: { platform: 'email', name: title.trim(), settings: given },
    });
    await queries.invalidateQueries({ queryKey: ['channels'] });
    onCreated(channel);
  });
  const fields = { values, onChange: setValues, problemOf: submit.problemOf };
  const isReady = title.trim() !== '' && isComplete(values, true);
  return (
    <form className={settings.form} onSubmit={submit.onSubmit} autoComplete="off" noValidate>
      <TextInput
        ref={focusOnMount}
        label="Name"
        description="What your colleagues see."
        maxLength={200}
        value={title}
        onChange={event => setTitle(event.currentTarget.value)}
      />
      <SenderFields {...fields} />
      <AccessFields {...fields} />
      <MoreFields {...fields} />
      <FormFoot submit={submit} isReady={isReady} act="Connect" leave="Back" onLeave={onBack} />
    </form>
  );
}

interface ChangeMailboxProps {
  channel: Channel;
  onCancel: () => void;
  onDone: () => void;
}

/** Passwords are not read back: whoever changes how one signs in gives all of it anew. */
export function ChangeMailbox({ channel, onCancel, onDone }: ChangeMailboxProps) {
  const { api } = useSession();
  const toasts = useToasts();
  const [values, setValues] = useState<EmailValues>(() => valuesOf(channel));
  const [hasAccess, setHasAccess] = useState(false);
  const submit = useSubmit(emailFields, async () => {
    const { imap, smtp, oauth } = accessSettings(values);
    const body = {
      settings: { ...plainSettings(values, true), ...(hasAccess && { imap, smtp, oauth: oauth ?? null }) },
    };
    const shortfall = shortfallOf(await api.call(updateChannel, { params: { id: channel.id }, body }));
    if (shortfall !== null) toasts.warn(`${channel.name} is saved. ${shortfall}`);
    onDone();
  });
  const fields = { values, onChange: setValues, problemOf: submit.problemOf };
  return (
    <form className={settings.form} onSubmit={submit.onSubmit} autoComplete="off" noValidate>
      <SenderFields {...fields} />
      <MoreFields {...fields} />
      <Switch
        label="Change the sign-in or the servers"
        description="Passwords and tokens cannot be read back: you enter them again."
        checked={hasAccess}
        onChange={event => setHasAccess(event.currentTarget.checked)}
      />
      {hasAccess ? <AccessFields {...fields} /> : null}
      <FormFoot
        submit={submit}
        isReady={isComplete(values, hasAccess)}
        act="Save and connect"
        leave="Cancel"
        onLeave={onCancel}
      >
        Conversations and messages that wait are kept.
      </FormFoot>
    </form>
  );
}

import type { z } from 'zod';
import type { Platform } from '../contract/primitives.ts';
import { ValidationError } from '../kit/errors.ts';
import { type AnyFacts, type PlatformAdapter, Rejected } from './adapter.ts';
import { apiAdapter } from './api/index.ts';
import { crispAdapter } from './crisp/index.ts';
import { emailAdapter } from './email/index.ts';
import { facebookAdapter } from './facebook/index.ts';
import { instagramAdapter } from './instagram/index.ts';
import { smsAdapter } from './sms/index.ts';
import { telegramAdapter } from './telegram/index.ts';
import { tidioAdapter } from './tidio/index.ts';
import { whatsappAdapter } from './whatsapp/index.ts';
import { whatsappWebAdapter } from './whatsapp_web/index.ts';
import { widgetAdapter } from './widget/index.ts';

export type AnySettings = Readonly<Record<string, unknown>>;
/** An adapter whose settings are whatever was stored: each call checks them with the adapter's own schema first. */
export type AnyAdapter = PlatformAdapter<AnySettings, AnyFacts>;

export const adapters: Readonly<Partial<Record<Platform, AnyAdapter>>> = {
  whatsapp: checked(whatsappAdapter),
  whatsapp_web: checked(whatsappWebAdapter),
  facebook: checked(facebookAdapter),
  instagram: checked(instagramAdapter),
  telegram: checked(telegramAdapter),
  email: checked(emailAdapter),
  sms: checked(smsAdapter),
  crisp: checked(crispAdapter),
  tidio: checked(tidioAdapter),
  api: checked(apiAdapter),
  widget: checked(widgetAdapter),
};

/** `undefined` for a platform that has no adapter yet. */
export function adapterFor(platform: Platform): AnyAdapter | undefined {
  return adapters[platform];
}

/** Throws when a stored channel names a platform that this release has no adapter for. */
export function requireAdapter(platform: Platform): AnyAdapter {
  const adapter = adapters[platform];
  if (!adapter) throw new ValidationError(`platform: "${platform}" cannot be connected in this release.`);
  return adapter;
}

/** Unfit settings throw a ZodError; from what calls the platform, a Rejected that stops the channel. */
function checked<Settings extends AnySettings, Facts extends AnyFacts>(
  adapter: PlatformAdapter<Settings, Facts>,
): AnyAdapter {
  const schema: z.ZodType<Settings> = adapter.settings;
  const { send, showSign, locateMedia, pull, polls, recall, open, templates, renew, connect, check } =
    adapter;
  const complete = (settings: AnySettings): Settings => {
    const result = schema.safeParse(settings);
    if (result.success) return result.data;
    throw new Rejected(
      'account',
      'invalid_settings',
      'The settings of this channel are not complete. Set them again.',
    );
  };
  return {
    ...adapter,
    complete: settings => adapter.complete(schema.parse(settings)),
    accountId: settings => adapter.accountId(schema.parse(settings)),
    credentials: settings => adapter.credentials(schema.parse(settings)),
    ...(send && {
      send: async (message, settings, io) => send.call(adapter, message, complete(settings), io),
    }),
    ...(locateMedia && {
      locateMedia: async (media, settings, io) => locateMedia.call(adapter, media, complete(settings), io),
    }),
    ...(pull && {
      pull: async (what, settings, io, cursor) => pull.call(adapter, what, complete(settings), io, cursor),
    }),
    ...(polls && {
      polls: settings => {
        const result = schema.safeParse(settings);
        return result.success ? polls.call(adapter, result.data) : [];
      },
    }),
    ...(open && { open: async (settings, io, host) => open.call(adapter, complete(settings), io, host) }),
    ...(templates && {
      templates: async (settings, io) => templates.call(adapter, complete(settings), io),
    }),
    ...(renew && { renew: async (settings, io) => renew.call(adapter, complete(settings), io) }),
    ...(recall && { recall: (since, settings) => recall.call(adapter, since, complete(settings)) }),
    ...(connect && {
      connect: async (settings, io, door) => connect.call(adapter, complete(settings), io, door),
    }),
    ...(check && {
      check: async (settings, io, door) => {
        const result = schema.safeParse(settings);
        return result.success
          ? check.call(adapter, result.data, io, door)
          : { health: 'stopped', message: 'The settings of this channel are not complete. Set them again.' };
      },
    }),
    ...(showSign && {
      showSign: async (sign, about, settings, io) => {
        const result = schema.safeParse(settings);
        if (result.success) await showSign.call(adapter, sign, about, result.data, io);
      },
    }),
  };
}

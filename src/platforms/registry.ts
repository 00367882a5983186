import type { z } from 'zod';
import type { Platform } from '../contract/primitives.ts';
import { ValidationError } from '../kit/errors.ts';
import { type PlatformAdapter, Rejected } from './adapter.ts';
import { apiAdapter } from './api/index.ts';
import { whatsappAdapter } from './whatsapp/index.ts';
import { widgetAdapter } from './widget/index.ts';

export type AnySettings = Readonly<Record<string, unknown>>;
/** An adapter whose settings are whatever was stored: each call checks them with the adapter's own schema first. */
export type AnyAdapter = PlatformAdapter<AnySettings>;

export const adapters: Readonly<Partial<Record<Platform, AnyAdapter>>> = {
  whatsapp: checked(whatsappAdapter),
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

/** Unfit settings throw a ZodError; from `send`, which may throw only its own three, a Rejected that stops the channel. */
function checked<Settings extends AnySettings>(adapter: PlatformAdapter<Settings>): AnyAdapter {
  const schema: z.ZodType<Settings> = adapter.settings;
  const { send, markRead } = adapter;
  return {
    ...adapter,
    complete: settings => adapter.complete(schema.parse(settings)),
    accountId: settings => adapter.accountId(schema.parse(settings)),
    credentials: settings => adapter.credentials(schema.parse(settings)),
    ...(send && {
      send: async (message, settings, io) => {
        const result = schema.safeParse(settings);
        if (!result.success)
          throw new Rejected(
            'account',
            'invalid_settings',
            'The settings of this channel are not complete. Set them again.',
          );
        return send.call(adapter, message, result.data, io);
      },
    }),
    ...(markRead && {
      markRead: async (externalId, settings, io, isTyping) => {
        const result = schema.safeParse(settings);
        if (result.success) await markRead.call(adapter, externalId, result.data, io, isTyping);
      },
    }),
  };
}

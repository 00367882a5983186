import { createHash } from 'node:crypto';
import { ForgedDelivery, type PlatformAdapter } from '../adapter.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { parseWidget } from './parse-widget.ts';
import { type WidgetSettings, widgetSettings } from './widget-settings.ts';

/**
 * The chat on a website. Visitors write through our own API, which knows them by their token and stores what they
 * write as a delivery; no webhook is ever right. They read through it too, so there is nothing to send.
 */
export const widgetAdapter: PlatformAdapter<WidgetSettings> = {
  platform: 'widget',
  abilities: {
    ...readOnlyAbilities,
    send: ['text'],
    maximumTextLength: 10_000,
    typing: true,
    readReceipts: true,
  },
  settings: widgetSettings,
  complete: settings => settings,
  accountId: () => null,
  credentials: () => ({ signingSecrets: [] }),
  secretSettings: [],
  hasNoDoor: true,
  authenticate: () => {
    throw new ForgedDelivery('The widget takes no webhooks.');
  },
  deliveryKey: delivery => `widget:${createHash('sha256').update(delivery.body).digest('hex')}`,
  parse: parseWidget,
};

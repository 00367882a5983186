import type { PlatformAdapter } from '../adapter.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { withoutDoor } from '../without-door.ts';
import { parseWidget } from './parse-widget.ts';
import { type WidgetSettings, widgetSettings } from './widget-settings.ts';

/**
 * The chat on a website. Visitors write through our own API, which knows them by their token and stores what they
 * write as a delivery; no webhook is ever right. They read through it too, so there is nothing to send.
 */
export const widgetAdapter: PlatformAdapter<WidgetSettings> = {
  ...withoutDoor('widget'),
  takesClaims: true,
  abilities: {
    ...readOnlyAbilities,
    send: ['text'],
    maximumTextLength: 10_000,
    readReceipts: true,
  },
  settings: widgetSettings,
  complete: settings => settings,
  accountId: () => null,
  secretSettings: [],
  parse: parseWidget,
};

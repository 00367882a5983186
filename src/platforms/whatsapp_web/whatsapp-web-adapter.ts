import type { PlatformAdapter } from '../adapter.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { withoutDoor } from '../without-door.ts';
import { unpackWebMedia } from './media-body.ts';
import { openWebLine } from './open-web-line.ts';
import { parseWhatsAppWeb } from './parse-whatsapp-web.ts';
import { equivalentWebAliases } from './whatsapp-web-contact.ts';
import { type WhatsAppWebSettings, whatsappWebSettings } from './whatsapp-web-settings.ts';

const MB = 1024 * 1024;

/**
 * A phone's WhatsApp, linked as WhatsApp Web is linked to a browser. Everything comes and goes over the open line, so that
 * no webhook is ever right, and the state of the channel is what the line tells.
 */
export const whatsappWebAdapter: PlatformAdapter<WhatsAppWebSettings> = {
  ...withoutDoor('whatsapp_web'),
  abilities: {
    ...readOnlyAbilities,
    send: ['text'],
    maximumTextLength: 65_536,
    files: {
      image: { maximumBytes: 16 * MB, mimeTypes: ['image/jpeg', 'image/png'] },
      video: { maximumBytes: 16 * MB, mimeTypes: ['video/mp4', 'video/3gpp'] },
      audio: { maximumBytes: 16 * MB, mimeTypes: ['audio/ogg', 'audio/mpeg', 'audio/mp4', 'audio/aac'] },
      sticker: { maximumBytes: MB, mimeTypes: ['image/webp'] },
      document: { maximumBytes: 32 * MB, mimeTypes: ['*/*'] },
    },
    maximumFiles: 1,
    maximumCaptionLength: 1024,
    reply: true,
    react: true,
    readReceipts: true,
    finalErrors: ['bad_file', 'message_gone', 'not_on_whatsapp', 'too_large'],
  },
  settings: whatsappWebSettings,
  complete: settings => settings,
  accountId: () => null,
  secretSettings: [],
  parse: parseWhatsAppWeb,
  equivalents: equivalentWebAliases,
  unpackMedia: unpackWebMedia,
  open: (_settings, _io, host) => openWebLine(host),
  sendsByLine: true,
  lineMegabytes: 600,
};

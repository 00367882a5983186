import FormData from 'form-data';
import { type OutboundContent, type OutboundFile, type PlatformIo, Unavailable } from '../adapter.ts';
import { appendFile, callPlatform, withoutEffect } from '../call-platform.ts';
import { identifierOf } from '../json.ts';
import { graphErrorOf } from '../meta/graph-error.ts';
import { verdictOfAnswer } from './whatsapp-errors.ts';
import { authorization, numberUrl } from './whatsapp-request.ts';
import type { WhatsAppSettings } from './whatsapp-settings.ts';

/** The part of a message's payload that says what it says; files are handed over first. Throws as `send` does. */
export async function contentOf(
  content: OutboundContent,
  settings: WhatsAppSettings,
  io: PlatformIo,
): Promise<object> {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: { body: content.text, preview_url: true } };
    case 'media': {
      // One file in each message: the abilities say so.
      const [file] = content.files as readonly [OutboundFile];
      const media = await mediaOf(file, settings, io);
      const caption = content.text === undefined ? {} : { caption: content.text };
      return { type: file.kind, [file.kind]: { ...media, ...caption } };
    }
    case 'buttons':
      return interactive('button', content.text, {
        buttons: content.choices.map(({ id, title }) => ({ type: 'reply', reply: { id, title } })),
      });
    case 'list':
      return interactive('list', content.text, {
        button: content.button,
        sections: [
          {
            rows: content.choices.map(({ id, title, description }) => ({
              id,
              title,
              ...(description === undefined ? {} : { description }),
            })),
          },
        ],
      });
    case 'template':
      return {
        type: 'template',
        template: {
          name: content.name,
          language: { code: content.language },
          ...(await componentsOf(content, settings, io)),
        },
      };
    case 'reaction':
      return { type: 'reaction', reaction: { message_id: content.targetExternalId, emoji: content.emoji } };
  }
}

function interactive(type: string, text: string, action: object): object {
  return { type: 'interactive', interactive: { type, body: { text }, action } };
}

async function componentsOf(
  { header, variables, variableNames, buttons = [] }: Extract<OutboundContent, { type: 'template' }>,
  settings: WhatsAppSettings,
  io: PlatformIo,
): Promise<object> {
  const components: object[] = [];
  if (header && 'text' in header)
    components.push({
      type: 'header',
      parameters: [{ type: 'text', ...(header.name && { parameter_name: header.name }), text: header.text }],
    });
  else if (header && 'location' in header)
    components.push({ type: 'header', parameters: [{ type: 'location', location: header.location }] });
  else if (header) {
    const { kind } = header.file;
    components.push({
      type: 'header',
      parameters: [{ type: kind, [kind]: await mediaOf(header.file, settings, io) }],
    });
  }
  if (variables.length > 0)
    components.push({
      type: 'body',
      parameters: variables.map((text, index) => ({
        type: 'text',
        ...(variableNames && { parameter_name: variableNames[index] }),
        text,
      })),
    });
  for (const { index, kind, value } of buttons)
    components.push({
      type: 'button',
      sub_type: kind === 'reply' ? 'quick_reply' : 'url',
      index: String(index),
      parameters: [kind === 'reply' ? { type: 'payload', payload: value } : { type: 'text', text: value }],
    });
  return components.length === 0 ? {} : { components };
}

/** The only documents that can be handed over; every other one WhatsApp fetches by itself. */
const uploadable =
  /^(text\/plain|application\/(pdf|msword|vnd\.ms-(excel|powerpoint)|vnd\.openxmlformats-officedocument\.(wordprocessingml\.document|spreadsheetml\.sheet|presentationml\.presentation)))$/;

async function mediaOf(file: OutboundFile, settings: WhatsAppSettings, io: PlatformIo): Promise<object> {
  if (file.kind !== 'document') return { id: await upload(file, settings, io) };
  const { filename, mimeType, url } = file;
  return uploadable.test(mimeType)
    ? { id: await upload(file, settings, io), filename }
    : { link: url, filename };
}

/** The customer sees nothing of it, so a second try does no harm. */
async function upload(file: OutboundFile, settings: WhatsAppSettings, io: PlatformIo): Promise<string> {
  const form = new FormData();
  form.append('messaging_product', 'whatsapp');
  form.append('type', file.mimeType);
  await appendFile(form, 'file', file);
  const answer = await withoutEffect(
    callPlatform(io, 'WhatsApp', {
      method: 'POST',
      url: `${numberUrl(settings, io)}/media`,
      headers: authorization(settings),
      body: form,
    }),
  );
  const id = identifierOf(answer.body?.id);
  const isTaken = answer.status >= 200 && answer.status < 300;
  if (isTaken && id !== undefined) return id;
  if (isTaken && graphErrorOf(answer.body) === undefined)
    throw new Unavailable('conversation', 'no_answer', 'WhatsApp took the file but did not name it.');
  throw verdictOfAnswer(answer);
}

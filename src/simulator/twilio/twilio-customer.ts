import { newSid, type TwilioEvent, type TwilioFields } from './twilio-event.ts';

/** What every message may have; a new id when left out. Twilio tells no times. */
export interface TwilioOptions {
  readonly sid?: string;
  /** The id of our message that is answered; WhatsApp only. */
  readonly replyTo?: string;
}

/** A message of any kind: `fields` as Twilio names them. */
export function inbound(
  from: string,
  fields: TwilioFields,
  { sid = newSid('SM'), replyTo }: TwilioOptions = {},
): TwilioEvent {
  const reply = replyTo !== undefined && { OriginalRepliedMessageSid: replyTo };
  return { sid, from, fields: { ...fields, ...reply } };
}

export function inboundText(from: string, text: string, options?: TwilioOptions): TwilioEvent {
  return inbound(from, { Body: text }, options);
}

/** Files come with the words of their message; where they are asked for the provider says. */
export function inboundFiles(
  from: string,
  files: readonly { readonly url: string; readonly mimeType: string }[],
  text = '',
  { sid = newSid('MM'), ...options }: TwilioOptions = {},
): TwilioEvent {
  const listed = files.flatMap(({ url, mimeType }, index) => [
    [`MediaUrl${index}`, url],
    [`MediaContentType${index}`, mimeType],
  ]);
  const fields = { Body: text, NumMedia: String(files.length), ...Object.fromEntries(listed) };
  return inbound(from, fields, { sid, ...options });
}

/** From WhatsApp only. */
export function inboundLocation(
  from: string,
  place: {
    readonly latitude: number;
    readonly longitude: number;
    readonly name?: string;
    readonly address?: string;
  },
  options?: TwilioOptions,
): TwilioEvent {
  const { latitude, longitude, name, address } = place;
  const fields = {
    Body: '',
    MessageType: 'location',
    Latitude: String(latitude),
    Longitude: String(longitude),
    ...(name === undefined ? {} : { Label: name }),
    ...(address === undefined ? {} : { Address: address }),
  };
  return inbound(from, fields, options);
}

/** The tap on a button of a template; from WhatsApp only. */
export function inboundButton(
  from: string,
  button: { readonly payload: string; readonly text: string },
  options?: TwilioOptions,
): TwilioEvent {
  const { payload, text } = button;
  const fields = { Body: text, MessageType: 'button', ButtonPayload: payload, ButtonText: text };
  return inbound(from, fields, options);
}

/** STOP or START: Twilio obeys it by itself, and says so where the account has words of its own. */
export function inboundOptOut(from: string, word: 'STOP' | 'START', options?: TwilioOptions): TwilioEvent {
  return inbound(from, { Body: word, OptOutType: word }, options);
}

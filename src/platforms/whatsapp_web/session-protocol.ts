import { z } from 'zod';
import { fileKind } from '../../contract/channels.ts';

/**
 * What the process that holds the lines and the process that drives one browser say to each other. Both check what they
 * hear; what does not fit ends the session, for then they are not of the same release.
 */
const bytes = z.custom<Uint8Array>(value => value instanceof Uint8Array);
const request = z.number().int().nonnegative();

/** A refusal or an outage as plain data; `lost` has no class of its own in a session. */
export const sessionFault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rejected'),
    scope: z.enum(['message', 'window', 'reauthorise', 'account']),
    code: z.string(),
    message: z.string(),
  }),
  z.strictObject({
    kind: z.literal('unavailable'),
    scope: z.enum(['conversation', 'channel']),
    code: z.string(),
    message: z.string(),
    retryAfterMs: z.number().nonnegative().optional(),
  }),
  z.strictObject({ kind: z.literal('unknown'), message: z.string() }),
]);
export type SessionFault = z.infer<typeof sessionFault>;

const address = z.strictObject({ kind: z.enum(['phone', 'lid', 'group']), user: z.string() });
const content = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('file'),
    kind: fileKind,
    filename: z.string(),
    mimeType: z.string(),
    isVoice: z.boolean(),
    bytes,
    caption: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('reaction'), target: z.string(), emoji: z.string() }),
]);
export type SessionContent = z.infer<typeof content>;
const sessionMessage = z.strictObject({
  correlator: z.string(),
  to: address,
  content,
  replyTo: z.string().optional(),
});
export type SessionMessage = z.infer<typeof sessionMessage>;

export const toSession = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    /** Of this session alone, empty: the browser's profile and nothing else. */
    directory: z.string(),
    browser: z.strictObject({ path: z.string(), args: z.array(z.string()) }),
    /** A profile that was saved. */
    profile: bytes.optional(),
    /** Another profile can be tried if this one is not known to WhatsApp any more. */
    hasOther: z.boolean(),
  }),
  z.strictObject({ type: z.literal('acknowledge'), sequences: z.array(request) }),
  z.strictObject({ type: z.literal('saved'), request, isSaved: z.boolean() }),
  z.strictObject({ type: z.literal('send'), request, message: sessionMessage }),
  z.strictObject({ type: z.literal('close') }),
]);
export type ToSession = z.infer<typeof toSession>;

const lineState = z.strictObject({
  health: z.enum(['ok', 'warning', 'reauthorise', 'stopped', 'unknown']),
  message: z.string().nullable(),
  accountName: z.string().optional(),
  facts: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
  pairing: z.strictObject({ code: z.string(), expiresAt: z.date() }).optional(),
});
export type SessionState = z.infer<typeof lineState>;

const sentOutcome = z.union([
  z.strictObject({
    externalId: z.string(),
    aliases: z.array(z.strictObject({ kind: z.string(), value: z.string() })),
  }),
  z.strictObject({ fault: sessionFault }),
]);
export type SentOutcome = z.infer<typeof sentOutcome>;

export const fromSession = z.discriminatedUnion('type', [
  /** The browser runs: whoever outlives this process must end it. */
  z.strictObject({ type: z.literal('browser'), pid: z.number().int().positive() }),
  z.strictObject({ type: z.literal('state'), state: lineState }),
  z.strictObject({
    type: z.literal('bodies'),
    items: z.array(z.strictObject({ sequence: request, key: z.string().min(1).max(200), body: bytes })),
  }),
  z.strictObject({ type: z.literal('save'), request, profile: bytes }),
  /** The phone ended the session. */
  z.strictObject({ type: z.literal('loggedOut'), request }),
  /** From here on it may have had its effect. */
  z.strictObject({ type: z.literal('sendStarted'), request }),
  z.strictObject({ type: z.literal('sent'), request, outcome: sentOutcome }),
  /** The last words: without a fault it was closed. `isUnrecognised`: WhatsApp does not know the profile it began with. */
  z.strictObject({
    type: z.literal('ended'),
    fault: sessionFault.optional(),
    isUnrecognised: z.boolean().optional(),
  }),
]);
export type FromSession = z.infer<typeof fromSession>;

/** Where a session speaks to its line; never throws. */
export type SessionPort = (message: FromSession) => void;

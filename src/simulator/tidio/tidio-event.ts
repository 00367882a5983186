import { createHash, randomBytes } from 'node:crypto';

export interface TidioContact {
  /** A UUID. */
  readonly id: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
}

/** A message of a chat or of a ticket, as Tidio keeps it. */
export interface TidioMessage {
  readonly id: string;
  readonly author: 'contact' | 'operator' | 'bot';
  readonly authorId: string;
  readonly text: string;
  readonly at: Date;
  readonly isInternal?: boolean;
  /** Addresses that are open to everybody who knows them. */
  readonly attachments?: readonly string[];
}

/** One thing that a webhook tells, and what Tidio knows of it beside that. */
export interface TidioEvent {
  readonly topic: string;
  readonly webhookId: string;
  readonly at: Date;
  /** As the webhook holds it. Of a live chat it holds no words: those must be asked for. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly contact: TidioContact;
  readonly ticket?: { readonly id: number; readonly subject?: string };
  readonly message?: TidioMessage;
}

/** The body of a webhook. Tidio repeats it under its `webhook_id`. */
export function tidioBody(projectPublicKey: string, { topic, webhookId, at, content }: TidioEvent): Buffer {
  return Buffer.from(
    JSON.stringify({
      created_at: Math.floor(at.getTime() / 1000),
      project_public_key: projectPublicKey,
      topic,
      version: 1,
      webhook_id: webhookId,
      content,
    }),
  );
}

const base32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An id like those of Tidio's messages: random, or always the same one for the same `seed`. */
export function newUlid(seed?: string): string {
  const bytes = seed === undefined ? randomBytes(26) : createHash('sha256').update(seed).digest();
  return `01${[...bytes.subarray(0, 24)].map(byte => base32[byte % 32]).join('')}`;
}

/** Tidio writes times to the second. */
export function tidioTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}+00:00`;
}

export function contactFields({ id, firstName, lastName, email }: TidioContact): Record<string, unknown> {
  return {
    id,
    distinct_id: null,
    first_name: firstName ?? null,
    last_name: lastName ?? null,
    email: email ?? null,
    phone: null,
    properties: [],
  };
}

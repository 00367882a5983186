import { createHash } from 'node:crypto';
import { type DeliveryPart, UnreadableDelivery } from '../adapter.ts';
import { identifierOf, isObject, type JsonObject, type JsonValue, parseJson, textOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';

/** One webhook, or (`pulled`) what we asked Tidio for. */
export interface TidioBody {
  readonly projectPublicKey: string;
  readonly topic: string;
  readonly pulled: string;
  readonly fields: JsonObject;
}

/** Throws UnreadableDelivery for what names no project, or nothing that happened there. */
export function readTidioBody(body: Buffer): TidioBody {
  const fields = parseJson(body);
  if (!isObject(fields)) throw new UnreadableDelivery('The body is not a webhook of Tidio: it is no object.');
  const projectPublicKey = identifierOf(fields.project_public_key);
  const topic = textOf(fields.topic) ?? '';
  const pulled = textOf(fields.pulled) ?? '';
  if (projectPublicKey === undefined || topic + pulled === '')
    throw new UnreadableDelivery(
      'The body is not a webhook of Tidio: it has no project_public_key or no topic.',
    );
  return { projectPublicKey, topic, pulled, fields };
}

/** What was asked for, written like a webhook. The same answer makes the same bytes. */
export function pulledBody(projectPublicKey: string, pulled: string, content: object): Buffer {
  return Buffer.from(JSON.stringify({ project_public_key: projectPublicKey, pulled, ...content }));
}

/** A webhook speaks for one project; naming it lets the door drop what is not for ours. Throws UnreadableDelivery. */
export function splitTidio(body: Buffer): readonly DeliveryPart[] {
  return [{ accountId: readTidioBody(body).projectPublicKey, body }];
}

/** Tidio repeats a webhook under its id. Never throws. */
export function deliveryKeyOf(body: Buffer): string {
  try {
    const id = pathPartOf(readTidioBody(body).fields.webhook_id);
    if (id !== undefined) return `tidio:${id}`;
  } catch {
    // Known by its bytes, like one without an id.
  }
  return `tidio:sha256:${hashOf(body)}`;
}
export function hashOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** An id of Tidio's. It stands in paths: nothing else is let in. */
export function pathPartOf(value: JsonValue | undefined): string | undefined {
  const id = identifierOf(value);
  return id !== undefined && /^[\w-]{1,100}$/.test(id) ? id : undefined;
}

/** Seconds since 1970, or ISO 8601, of which UTC is meant when it names no zone; `undefined` when it is no sane time. */
export function instantOf(value: JsonValue | undefined): Date | undefined {
  const text = textOf(value)?.trim();
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T/.test(text)) return timeOf(value);
  return timeOf(Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`));
}

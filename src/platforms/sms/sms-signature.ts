import { createHash, createHmac } from 'node:crypto';
import { parse, stringify } from 'node:querystring';
import { type Credentials, ForgedDelivery, type RawDelivery, UnreadableDelivery } from '../adapter.ts';
import { isSameSecret } from '../constant-time.ts';
import { readForm } from './sms-form.ts';

/**
 * Checks `X-Twilio-Signature`: base64 of the HMAC-SHA1, under the account's token, of the address that was called and
 * the fields of the form. The address is ours as it is configured; Twilio signs some with their port and some without,
 * and some with their query escaped anew.
 * Throws ForgedDelivery, also when there is no secret to check with.
 */
export function verifyTwilioSignature(delivery: RawDelivery, { signingSecrets }: Credentials): void {
  const given = delivery.headers['x-twilio-signature'] ?? '';
  if (!/^[A-Za-z0-9+/]{27}=$/.test(given))
    throw new ForgedDelivery('X-Twilio-Signature is missing or malformed.');
  const content = signedContentOf(delivery);
  const fitting = signingSecrets
    .filter(secret => secret !== '')
    .flatMap(secret => formsOf(delivery.publicUrl).map(url => signTwilio(secret, url, content)))
    .filter(expected => isSameSecret(given, expected));
  if (fitting.length === 0) throw new ForgedDelivery('X-Twilio-Signature does not fit the delivery.');
}

function signTwilio(secret: string, url: string, content: string): string {
  return createHmac('sha1', secret).update(`${url}${content}`, 'utf8').digest('base64');
}

/** Bodies that are no form are signed by their hash, which stands in the address, and so in what is signed. */
function signedContentOf({ body, publicUrl }: RawDelivery): string {
  const hash = /[?&]bodySHA256=([^&#]*)/.exec(publicUrl)?.[1];
  if (hash === undefined) return contentOfForm(body);
  if (!isSameSecret(hash.toLowerCase(), createHash('sha256').update(body).digest('hex')))
    throw new ForgedDelivery('bodySHA256 does not fit the body.');
  return '';
}

/** Names and values without anything between them, sorted by name; of values that come again each once, sorted. */
function contentOfForm(body: Buffer): string {
  let form: ReturnType<typeof readForm>;
  try {
    form = readForm(body);
  } catch (error) {
    if (error instanceof UnreadableDelivery) throw new ForgedDelivery(error.message);
    throw error;
  }
  return [...form.keys()]
    .sort()
    .flatMap(name => [...new Set(form.get(name))].sort().map(value => `${name}${value}`))
    .join('');
}

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** The address as it is, without its port, and with the default one; and each with its query in other letters. */
function formsOf(url: string): readonly string[] {
  const [, scheme = '', host, port, path = '', query] =
    /^(https?):\/\/(\[[^\]]*\]|[^:/?#]*)(:\d+)?([^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
  if (host === undefined) return [url];
  const other = port === undefined ? `:${defaultPorts[scheme]}` : '';
  const places = [port ?? '', other].map(each => `${scheme}://${host}${each}${path}`);
  return places.flatMap(place => queriesOf(query).map(each => `${place}${each}`));
}

/** As it came, as addresses are written, and as forms are read and written: `+`, `'` and `(` come out differently. */
function queriesOf(query: string | undefined): readonly string[] {
  if (query === undefined) return [''];
  const escaped = URL.parse(`http://localhost/?${query}`)?.search ?? '';
  return [...new Set([`?${query}`, escaped, `?${stringify(parse(query))}`])];
}

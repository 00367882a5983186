import { Readable } from 'node:stream';
import type { OutboundFile, RawDelivery } from '../../../src/platforms/adapter.ts';
import type { Alias } from '../../../src/platforms/inbound-fact.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import type { SeenRequest, StubAnswer } from '../../support/stub-server.ts';
import type { BodyFormat } from '../body-mutations.ts';

/** What the conformance suite needs to know of a platform to try its adapter. */
export interface AdapterSample {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Settings of another tenant's channel: what they sign is forged for this one. */
  readonly foreignSettings: Readonly<Record<string, unknown>>;
  /** Bodies that parse. */
  readonly bodies: readonly Buffer[];
  /** How the bodies are written, when that is not JSON. */
  readonly format?: BodyFormat;
  /** False: what it sends is tried by suites of its own, with servers that speak its protocol. */
  readonly speaksHttp?: boolean;
  /** A delivery as the platform signs it; `undefined` where no webhook is ever right. */
  readonly sign?: (body: Buffer, secret: string) => RawDelivery;
  /** The header that holds the proof. */
  readonly proofHeader: string;
  /** The proof says nothing of the body: whoever knows the secret may say anything. */
  readonly isBodyUnsigned?: boolean;
  /** The proof is of what a body says, not of how it is written: spaces may change on the way. */
  readonly isWritingUnsigned?: boolean;
  /** Our own protocols refuse unknown fields; the platforms' are read whatever they add. */
  readonly isStrict: boolean;
  /** Whom the tried messages go to. */
  readonly to?: readonly Alias[];
  /** The thread that they belong to, where the platform wants to know. */
  readonly threadKey?: string;
  /** A message's id as the platform writes them, where not any will do: what is answered and reacted to. */
  readonly messageId?: string;
  /** What the platform answers, by the path that is called (the first that fits) or always. */
  readonly answers?: readonly { readonly path?: RegExp; readonly body: unknown }[];
  /** What can be pulled from `answers`. */
  readonly pulls?: readonly string[];
  /** The setting that holds the URL that `send` posts to; without it the URL of the platform's API is ours. */
  readonly urlSetting?: string;
}

/** What the platform answers when all is well. */
export function answersOf(sample: AdapterSample): (request: SeenRequest) => StubAnswer {
  return ({ url }) => {
    const [path = ''] = url.split('?');
    const found = sample.answers?.find(candidate => candidate.path?.test(path) ?? true);
    return found ? { body: found.body } : { status: 404, body: {} };
  };
}

export const receivedAt = new Date('2026-10-01T12:00:00.000Z');
export function signedDelivery(platform: string, body: Buffer, headers: Record<string, string>): RawDelivery {
  return {
    method: 'POST',
    publicUrl: `https://example.test/webhooks/${platform}/token`,
    headers,
    body,
    receivedAt,
  };
}
export const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Every body of the golden cases of a platform: `test/fixtures/<platform>/*.json`. */
export function goldenBodies(platform: string): readonly Buffer[] {
  return goldenCases(platform).flatMap(({ deliveries }) => deliveries.map(({ body }) => body));
}

/** A small file of a kind and a type. */
export function outboundFile(kind: OutboundFile['kind'], mimeType: string): OutboundFile {
  const bytes = Buffer.from(`the bytes of ${mimeType}`);
  return {
    kind,
    filename: `file.${mimeType.split('/')[1]}`,
    mimeType,
    size: bytes.length,
    isVoice: false,
    open: async () => Readable.from([bytes]),
    url: 'https://example.test/api/v1/attachments/1?token=x',
  };
}

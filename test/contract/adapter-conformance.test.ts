import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { abilities as abilitiesSchema, fileKind } from '../../src/contract/channels.ts';
import type { Platform } from '../../src/contract/primitives.ts';
import {
  ForgedDelivery,
  type OutboundContent,
  OutcomeUnknown,
  type RawDelivery,
  Rejected,
  Unavailable,
  UnreadableDelivery,
} from '../../src/platforms/adapter.ts';
import type { InboundFact } from '../../src/platforms/inbound-fact.ts';
import { type AnyAdapter, adapters } from '../../src/platforms/registry.ts';
import { ioOf } from '../support/platform-io.ts';
import { client, StubServer } from '../support/stub-server.ts';
import { jsonBodies } from './body-mutations.ts';
import { describePulling } from './describe-pulling.ts';
import { checkFact, readFacts } from './fact-checks.ts';
import { type AdapterSample, answersOf, outboundFile, receivedAt } from './samples/adapter-sample.ts';
import { samples } from './samples/index.ts';

const formatOf = (sample: AdapterSample) => sample.format ?? jsonBodies;
const fuzzRuns = Number(process.env.FUZZ_RUNS ?? 2000);

const entries = Object.entries(adapters) as readonly (readonly [Platform, AnyAdapter])[];
for (const [platform, adapter] of entries)
  describe(`The adapter of ${platform}`, () => {
    const sample = samples[platform];
    it('has samples to be tried with', () => {
      expect(sample?.bodies).to.not.have.length(0);
    });
    if (!sample) return;
    describeSettings(adapter, sample);
    describeAuthentication(adapter, sample);
    describeParsing(adapter, sample);
    if (adapter.send && sample.speaksHttp !== false) describeSending(adapter, sample);
    if (adapter.pull && sample.pulls) describePulling(adapter, sample, sample.pulls);
  });

function describeSettings(adapter: AnyAdapter, sample: AdapterSample): void {
  it('has fit samples, completes settings to fit ones, and refuses unknown keys', () => {
    const complete = adapter.complete(sample.settings);
    expect(adapter.settings.safeParse(complete).success).to.equal(true);
    expect(adapter.complete(complete)).to.deep.equal(complete);
    expect(adapter.settings.safeParse({ ...sample.settings, unknownKey: 1 }).success).to.equal(false);
  });
  it('names as secret what its credentials are made of', () => {
    const complete = adapter.complete(sample.settings);
    const secrets = adapter.secretSettings.map(key => complete[key]);
    const { signingSecrets, verifyToken } = adapter.credentials(complete);
    for (const secret of [...signingSecrets, ...(verifyToken === undefined ? [] : [verifyToken])])
      expect(secrets).to.include(secret);
  });
  it('describes abilities that the contract knows', () => {
    expect(abilitiesSchema.safeParse(adapter.abilities).success).to.equal(true);
  });
}

function describeAuthentication(adapter: AnyAdapter, sample: AdapterSample): void {
  const body = sample.bodies[0]!;
  const credentials = adapter.credentials(sample.settings);
  const [secret = ''] = credentials.signingSecrets;
  const foreignCredentials = adapter.credentials(sample.foreignSettings);
  const [foreignSecret = ''] = foreignCredentials.signingSecrets;
  const isForged = (delivery: RawDelivery, given = credentials) =>
    expect(() => adapter.authenticate(delivery, given)).to.throw(ForgedDelivery);
  const bare: RawDelivery = {
    method: 'POST',
    publicUrl: 'https://example.test/',
    headers: {},
    body,
    receivedAt,
  };

  it('refuses a delivery without any proof, whatever the credentials', () => {
    isForged(bare);
    isForged(bare, { signingSecrets: [] });
    isForged(bare, { signingSecrets: [''] });
  });
  const { sign, proofHeader } = sample;
  if (!sign) return;
  const good = sign(body, secret);
  const proof = good.headers[proofHeader]!;
  const withProof = (value: string | undefined) => ({
    ...good,
    headers: { ...good.headers, [proofHeader]: value },
  });

  it('accepts what was signed, also with the second secret of a rotation', () => {
    adapter.authenticate(good, credentials);
    adapter.authenticate(good, { ...credentials, signingSecrets: [foreignSecret, secret] });
    for (const each of sample.bodies) adapter.authenticate(sign(each, secret), credentials);
  });
  const wrong = sign(body, foreignSecret).headers[proofHeader]!;
  const forms: Record<string, string | undefined> = {
    missing: undefined,
    empty: '',
    'signed by another tenant': wrong,
    // Where it is no proof of its own.
    ...(secret !== proof && { 'the secret itself': secret }),
    truncated: proof.slice(0, -1),
    'truncated to half': proof.slice(0, proof.length / 2),
    longer: `${proof}0`,
    'with a space': `${proof} `,
    'in two headers, both right': `${proof}, ${proof}`,
    'in two headers, the second right': `${wrong}, ${proof}`,
    'in two headers, the first right': `${proof}, ${wrong}`,
    'in two headers without a space': `${proof},${proof}`,
    nonsense: '☃',
  };
  for (const [name, value] of Object.entries(forms))
    it(`refuses a proof that is ${name}`, () => {
      isForged(withProof(value));
    });
  it('refuses SHA-1 alone', () => {
    const hex = createHmac('sha1', secret).update(body).digest('hex');
    isForged({ ...bare, headers: { 'x-hub-signature': `sha1=${hex}` } });
    isForged(withProof(`sha1=${hex}`));
  });
  if (!sample.isBodyUnsigned)
    it(`refuses another body under the same proof: ${
      sample.isWritingUnsigned ? 'that says something else, or' : 'written otherwise, longer,'
    } empty`, () => {
      const { otherBodies, withUnknownFields } = formatOf(sample);
      const others = sample.isWritingUnsigned
        ? [withUnknownFields(body), Buffer.alloc(0)]
        : otherBodies(body);
      for (const other of others) isForged({ ...good, body: other });
    });
  it('refuses everything without a secret', () => {
    isForged(good, { signingSecrets: [] });
    isForged(good, { signingSecrets: [''] });
    isForged(good, foreignCredentials);
  });
  it('keeps its delivery key over retries, within 200 characters', () => {
    const retry = { ...sign(Buffer.from(body), secret), receivedAt: new Date(receivedAt.getTime() + 60_000) };
    expect(adapter.deliveryKey(retry)).to.equal(adapter.deliveryKey(good));
    for (const delivery of [good, bare, withProof(undefined)])
      expect(adapter.deliveryKey(delivery)).to.be.a('string').with.length.within(1, 200);
    const long = { ...good, headers: { ...good.headers, 'webhook-id': 'x'.repeat(5000) } };
    expect(adapter.deliveryKey(long)).to.have.length.within(1, 200);
  });
}

function describeParsing(adapter: AnyAdapter, sample: AdapterSample): void {
  it('is pure: the same bytes give the same facts and stay as they are', async () => {
    for (const body of sample.bodies) {
      const copy = Buffer.from(body);
      const facts = await adapter.parse(body, receivedAt);
      expect(await adapter.parse(copy, new Date(receivedAt))).to.deep.equal(facts);
      expect(body.equals(copy)).to.equal(true);
      facts.forEach(checkFact);
    }
  });
  it(
    sample.isStrict ? 'refuses unknown fields readably' : 'reads the same through unknown fields',
    async () => {
      for (const body of sample.bodies) {
        const grown = formatOf(sample).withUnknownFields(body);
        const names = (facts: readonly InboundFact[]) =>
          facts.filter(fact => fact.kind !== 'account').map(fact => `${fact.kind} ${fact.externalId}`);
        if (sample.isStrict) expect(await readFacts(adapter, grown)).to.equal(undefined);
        else
          expect(names(await adapter.parse(grown, receivedAt))).to.deep.equal(
            names(await adapter.parse(body, receivedAt)),
          );
      }
    },
  );
  for (const [name, body] of Object.entries(formatOf(sample).hostileBodies(sample.bodies[0]!)))
    it(`cannot read ${name}, and says so`, async () => {
      expect(await readFacts(adapter, body)).to.equal(undefined);
      const { split } = adapter;
      if (split) expect(() => split.call(adapter, body)).to.throw(UnreadableDelivery);
    });
  // What is read on a thread of its own takes its time: a tenth of them, unless somebody asks for more.
  const runs = adapter.readsSlowly && !process.env.FUZZ_RUNS ? fuzzRuns / 10 : fuzzRuns;
  it(`survives ${runs} mutated bodies`, async function () {
    this.timeout(60_000 + runs * 20);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sample.bodies),
        fc.array(fc.nat(), { minLength: 3, maxLength: 40 }),
        async (body, choices) => {
          const mutated = formatOf(sample).mutatedBody(body, choices, sample.bodies);
          const facts = await readFacts(adapter, mutated);
          if (facts === undefined) return;
          facts.forEach(checkFact);
          expect(await adapter.parse(mutated, receivedAt)).to.deep.equal(facts);
          for (const alias of facts.flatMap(fact => ('contact' in fact ? fact.contact.aliases : [])))
            if (adapter.equivalents) expect(adapter.equivalents(alias)).to.deep.include(alias);
          const parts = adapter.split?.(mutated) ?? [];
          for (const part of parts)
            expect(await adapter.parse(part.body, receivedAt)).to.deep.equal(
              facts.filter(fact => fact.accountId === part.accountId),
            );
          if (adapter.split) {
            const accounts = parts.map(part => part.accountId);
            expect(new Set(accounts).size).to.equal(accounts.length);
            for (const fact of facts) expect(accounts).to.include(fact.accountId);
          }
        },
      ),
      { numRuns: runs },
    );
  });
}

function describeSending(adapter: AnyAdapter, sample: AdapterSample): void {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  const { abilities } = adapter;
  const { messageId = 'm-1' } = sample;
  const contents: Record<string, OutboundContent> = {
    ...(abilities.send.includes('text') && { text: { type: 'text', text: 'Hello' } }),
    ...(abilities.send.includes('template') && {
      template: { type: 'template', name: 'order', language: 'en', variables: ['1'] },
    }),
    ...(abilities.buttons && {
      buttons: { type: 'buttons', text: 'Which?', choices: [{ id: 'a', title: 'This' }] },
    }),
    ...(abilities.list && {
      list: {
        type: 'list',
        text: 'Which?',
        button: 'Choose',
        choices: [{ id: 'a', title: 'This', description: 'The first' }],
      },
    }),
    ...(abilities.react && {
      reaction: { type: 'reaction', targetExternalId: messageId, emoji: abilities.reactions?.[0] ?? '👍' },
    }),
  };
  for (const kind of fileKind.options)
    for (const mimeType of abilities.files[kind]?.mimeTypes ?? []) {
      const file = outboundFile(kind, mimeType.replace('*/*', 'application/pdf').replace('*', 'x-any'));
      contents[`${kind} of type ${mimeType}`] = {
        type: 'media',
        files: Array.from({ length: abilities.maximumFiles }, () => file),
        ...(abilities.maximumCaptionLength > 0 && { text: 'With words' }),
      };
    }
  const answer = () => {
    server.answer = answersOf(sample);
  };
  const send = (content: OutboundContent, timeout?: number) => {
    const url = sample.urlSetting === undefined ? {} : { [sample.urlSetting]: server.url };
    const message = {
      correlator: '12.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01',
      to: sample.to ?? [],
      content,
      ...(abilities.reply && { replyToExternalId: messageId }),
      ...(sample.threadKey !== undefined && { threadKey: sample.threadKey }),
    };
    return adapter.send!(message, { ...sample.settings, ...url }, ioOf(client(timeout), server.url));
  };
  for (const [type, content] of Object.entries(contents))
    it(`can send a ${type}, as it promises`, async () => {
      answer();
      expect((await send(content)).externalId)
        .to.be.a('string')
        .with.length.greaterThan(0);
    });
  it('promises no more than it can hold: one ability needs another', () => {
    expect(abilities.send.includes('interactive')).to.equal(
      abilities.buttons !== null || abilities.list !== null,
    );
    expect(abilities.maximumFiles > 0).to.equal(Object.keys(abilities.files).length > 0);
    if (abilities.send.includes('text')) expect(abilities.maximumTextLength).to.be.greaterThan(0);
    if (abilities.humanAgentHours !== null)
      expect(abilities.humanAgentHours).to.be.greaterThan(abilities.windowHours ?? Infinity);
  });
  it('throws only its three errors, whatever the platform answers', async () => {
    for (const status of [200, 204, 301, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503, 504])
      for (const body of [
        '',
        '<html>',
        'null',
        '{"error":null}',
        '{"error":{"code":"x"}}',
        '{"error":{"code":1}}',
      ]) {
        server.answer = { status, body };
        await send(contents.text!).catch(error => {
          expect(
            [Rejected, Unavailable, OutcomeUnknown].some(kind => error instanceof kind),
            String(error),
          ).to.equal(true);
          expect(error.message).to.match(/\.$|[a-z]$/);
        });
      }
  });
  it('does not know what became of a message that was cut off', async () => {
    for (const answer of [{ isReset: true }, { isSilent: true }]) {
      server.answer = answer;
      const error = await send(contents.text!, 100).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(OutcomeUnknown);
    }
  });
}

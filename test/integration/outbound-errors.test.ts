import { expect } from 'chai';
import type { Context } from '../../src/app/build-context.ts';
import type { MessageStatus } from '../../src/contract/messages.ts';
import { postTenant } from '../../src/features/outbound/index.ts';
import { knownErrors } from '../../src/platforms/whatsapp/whatsapp-errors.ts';
import { brokenJson, errorInside200, graphError, type ProviderFault } from '../../src/simulator/index.ts';
import { expectEventsTellAll } from '../support/event-mirror.ts';
import { type Chat, openSendingDesk, type SendingDesk } from '../support/sending.ts';
import { until } from '../support/until.ts';

const sentenceOf = (code: number) => knownErrors.find(error => error.codes.includes(code))?.sentence ?? '';

const postOptions = ({ tenants, media, links, lines, config, publicUrl }: Context) => ({
  lines,
  tenants,
  store: media,
  links,
  providerUrls: config.providerUrls,
  outboundAllow: config.outboundAllow,
  publicUrl,
});

describe('sending when the platform says no, or nothing', () => {
  let desk: SendingDesk;

  before(async function () {
    this.timeout(60_000);
    desk = await openSendingDesk();
  });
  after(() => desk?.close());
  afterEach(async () => {
    desk.product.provider.behaveWell(desk.acme.account.phoneNumberId);
    await desk.setChannel({ isActive: true });
    await desk.settle();
    await expectEventsTellAll(desk.acme);
  });

  const waits = (chat: Chat) =>
    desk.acme
      .query<{ seconds: number; paused: number | null; attempt: number }>(
        `SELECT extract(epoch FROM s.next_attempt_at - now())::float8 AS seconds, s.attempt,
           extract(epoch FROM ch.paused_until - now())::float8 AS paused
         FROM message_sends s JOIN channels ch ON ch.id = s.channel_id WHERE s.conversation_id = $1 ORDER BY s.id`,
        [chat.id],
      )
      .then(rows => rows[0]);

  describe('for good', () => {
    const cases: readonly (readonly [number, number, string?])[] = [
      [400, 131047],
      [400, 131026],
      [400, 131049],
      [400, 131051],
      [404, 132001],
      [400, 132015],
    ];
    for (const [status, code] of cases)
      it(`${code}: the message fails with a sentence`, async () => {
        const chat = await desk.newChat();
        desk.fail(graphError(status, code));
        const sent = await desk.send(chat, `${code}`);
        const { error } = await desk.becomes(sent, 'failed');
        expect(error).to.deep.equal({ code: String(code), message: sentenceOf(code) });
        await desk.hurry();
        expect(desk.attempts(sent)).to.have.length(1);
        // It stands in nobody's way.
        await desk.becomes(await desk.send(chat, 'And the next one'), 'sent');
      });

    it('100: with the words of the platform', async () => {
      const chat = await desk.newChat();
      desk.fail({
        kind: 'error',
        status: 400,
        code: 100,
        message: 'Invalid parameter',
        details: 'text is odd',
      });
      const { error } = await desk.becomes(await desk.send(chat, 'odd'), 'failed');
      expect(error?.message).to.equal(`${sentenceOf(100)} WhatsApp says: Invalid parameter: text is odd`);
    });

    it('200 with an error inside', async () => {
      const chat = await desk.newChat();
      desk.fail(errorInside200(131047));
      const sent = await desk.send(chat, 'inside');
      expect((await desk.becomes(sent, 'failed')).error?.code).to.equal('131047');
      expect(desk.attempts(sent)).to.have.length(1);
    });
  });

  describe('until a person looks', () => {
    for (const [status, code, health] of [
      [401, 190, 'reauthorise'],
      [403, 10, 'reauthorise'],
      [400, 131048, 'stopped'],
      [400, 368, 'stopped'],
    ] as const)
      it(`${code}: the channel is ${health} and keeps its outbox`, async () => {
        const [chat, other] = await Promise.all([desk.newChat(), desk.newChat()]);
        desk.fail(graphError(status, code));
        const sent = await desk.send(chat, 'kept');
        await desk.visit();
        const shown = await desk.becomes(sent, 'pending');
        expect(shown.error).to.deep.equal({ code: String(code), message: sentenceOf(code) });
        expect(await desk.channel()).to.include({
          health,
          healthMessage: sentenceOf(code),
          isActive: true,
        });
        const behind = await desk.send(other, 'also kept');
        await desk.hurry();
        expect([desk.attempts(sent).length, desk.attempts(behind).length]).to.deep.equal([1, 0]);

        await desk.setChannel({ isActive: true });
        const [gone] = await Promise.all([desk.becomes(sent, 'sent'), desk.becomes(behind, 'sent')]);
        expect(gone.error).to.equal(null);
        expect([desk.attempts(sent).length, desk.attempts(behind).length]).to.deep.equal([2, 1]);
        expect(await desk.channel()).to.include({ health: 'ok', healthMessage: null });
      });
  });

  describe('for now', () => {
    it('131056: this conversation waits, others do not', async () => {
      const [chat, other] = await Promise.all([desk.newChat(), desk.newChat()]);
      desk.fail({ kind: 'error', status: 400, code: 131056, retryAfterSeconds: 60 });
      const sent = await desk.send(chat, 'too fast');
      await desk.visit();
      const behind = await desk.send(chat, 'behind it');
      await desk.becomes(await desk.send(other, 'free'), 'sent');
      await desk.visit();
      expect((await desk.show(sent)).error?.code).to.equal('131056');
      expect((await waits(chat))?.seconds).to.be.within(50, 60);
      expect([desk.attempts(sent).length, desk.attempts(behind).length]).to.deep.equal([1, 0]);
      await desk.hurry();
      await desk.becomes(sent, 'sent');
      await desk.becomes(behind, 'sent');
      expect([desk.attempts(sent).length, desk.attempts(behind).length]).to.deep.equal([2, 1]);
    });

    it('a message that waits does not make the sender run in circles', async () => {
      const chat = await desk.newChat();
      desk.fail({ kind: 'error', status: 400, code: 131056, retryAfterSeconds: 600 });
      await desk.send(chat, 'waits for ten minutes');
      await desk.visit();
      await desk.send(chat, 'waits behind it');
      const { context } = desk.product;
      const visit = await postTenant(postOptions(context), desk.acme.tenant.id);
      expect(visit).to.include({ sent: 0, isUnfinished: false });
      expect(visit.retryInMs).to.be.within(500_000, 600_000);
    });

    for (const [name, fault] of [
      ['130429', { kind: 'error', status: 429, code: 130429, retryAfterSeconds: 30 }],
      ['131016', { kind: 'error', status: 500, code: 131016, retryAfterSeconds: 30 }],
      [
        '429 of a gateway',
        { kind: 'answer', status: 429, body: '', retryAfterSeconds: 30, isAccepted: false },
      ],
      [
        '503 of a gateway',
        { kind: 'answer', status: 503, body: '', retryAfterSeconds: 30, isAccepted: false },
      ],
    ] as const satisfies readonly (readonly [string, ProviderFault])[])
      it(`${name}: the whole channel waits as long as it was told`, async () => {
        const [chat, other] = await Promise.all([desk.newChat(), desk.newChat()]);
        desk.fail(fault);
        const sent = await desk.send(chat, 'limited');
        await desk.visit();
        const behind = await desk.send(other, 'waits as well');
        await desk.visit();
        expect((await waits(chat))?.paused).to.be.within(20, 30);
        expect([desk.attempts(sent).length, desk.attempts(behind).length]).to.deep.equal([1, 0]);
        expect(await desk.channel()).to.include({ health: 'ok' });
        await desk.hurry();
        await desk.becomes(sent, 'sent');
        await desk.becomes(behind, 'sent');
        expect([desk.attempts(sent).length, desk.attempts(behind).length]).to.deep.equal([2, 1]);
      });

    it('131000: again by itself with growing gaps, and failed when that has lasted too long', async function () {
      this.timeout(40_000);
      const chat = await desk.newChat();
      desk.fail(graphError(500, 131000), 10);
      const sent = await desk.send(chat, 'stubborn');
      await until(
        'it was tried nine times',
        async () => {
          const waiting = await waits(chat);
          if (waiting) expect(waiting.seconds).to.be.at.most(2 ** waiting.attempt);
          if (desk.attempts(sent).length < 9) await desk.hurry();
          return desk.attempts(sent).length === 9;
        },
        30_000,
      );
      expect((await desk.show(sent)).status).to.not.equal('failed');
      await until('that is written down', async () => (await waits(chat))?.attempt === 9);
      await desk.acme.query(`UPDATE message_sends SET tried_since = now() - interval '4 hours'`);
      await desk.hurry();
      const { error } = await desk.becomes(sent, 'failed');
      expect(error?.code).to.equal('131000');
      expect(desk.attempts(sent)).to.have.length(10);
      await desk.becomes(await desk.send(chat, 'next'), 'sent');
    });

    it('nobody listens there: the message waits, for nothing was written', async () => {
      const chat = await desk.newChat();
      await desk.acme.query(
        `UPDATE channels SET settings = settings || '{"apiUrl":"http://127.0.0.1:9"}' WHERE id = $1`,
        [desk.acme.whatsapp.id],
      );
      const sent = await desk.send(chat, 'nobody home');
      await desk.visit();
      expect((await desk.becomes(sent, 'pending')).error?.code).to.equal('ECONNREFUSED');
      await desk.acme.query(
        `UPDATE channels SET settings = settings || jsonb_build_object('apiUrl', $2::text) WHERE id = $1`,
        [desk.acme.whatsapp.id, desk.relay.url],
      );
      await desk.hurry();
      await desk.becomes(sent, 'sent');
      expect(desk.attempts(sent)).to.have.length(1);
    });
  });

  describe('without a clear answer', () => {
    const answers: readonly (readonly [string, ProviderFault])[] = [
      ['a reset before it was taken', { kind: 'reset', isAccepted: false }],
      ['a reset after it was taken', { kind: 'reset', isAccepted: true }],
      ['JSON that breaks off', brokenJson],
      ['500 of a gateway', { kind: 'answer', status: 500, body: 'oops', isAccepted: false }],
      ['200 without an id', { kind: 'answer', status: 200, body: '{}', isAccepted: true }],
      [
        'a page of HTML',
        { kind: 'answer', status: 200, body: '<html>', contentType: 'text/html', isAccepted: false },
      ],
    ];
    const unknown = {
      code: 'outcome_unknown',
      message: 'The platform did not answer. It may have been delivered; wait for a tick, or send it again.',
    };
    const wasTaken = (id: number) =>
      desk.product.provider
        .accepted(desk.acme.account.phoneNumberId)
        .filter(({ correlator }) => correlator?.startsWith(`${id}.`)).length;

    for (const [name, fault] of answers)
      it(`${name}: unknown, never sent again by itself, and again when a person says so`, async () => {
        const chat = await desk.newChat();
        desk.fail(fault);
        const sent = await desk.send(chat, 'well?');
        expect((await desk.becomes(sent, 'unknown')).error).to.deep.equal(unknown);
        await desk.hurry();
        await desk.becomes(await desk.send(chat, 'The next one goes'), 'sent');
        expect(desk.attempts(sent)).to.have.length(1);
        const taken = wasTaken(sent.id);

        const retried = await desk.acme.http('POST', `/messages/${sent.id}/retry`);
        expect([retried.status, retried.body.error]).to.deep.equal([202, null]);
        await desk.becomes(sent, 'sent');
        expect(desk.attempts(sent)).to.have.length(2);
        expect(wasTaken(sent.id)).to.equal(taken + 1);
        const again = await desk.acme.http('POST', `/messages/${sent.id}/retry`);
        expect([again.status, again.body.error.code]).to.deep.equal([409, 'not_retryable']);
      });

    it('no answer at all: unknown after the time that an answer may take', async () => {
      const chat = await desk.newChat();
      await desk.setChannel({ isActive: false });
      const sent = await desk.send(chat, 'silence');
      // The worker has looked and left it: it is this test that sends it, with less patience.
      await desk.visit();
      desk.fail({ kind: 'stall', isAccepted: true });
      await desk.acme.query('UPDATE channels SET is_active = true WHERE id = $1', [desk.acme.whatsapp.id]);
      const { context } = desk.product;
      await postTenant({ ...postOptions(context), answerWithinMs: 200 }, desk.acme.tenant.id);
      const statusNow: MessageStatus = (await desk.show(sent)).status;
      expect(statusNow).to.equal('unknown');
      expect([desk.attempts(sent).length, wasTaken(sent.id)]).to.deep.equal([1, 1]);
    });
  });
});

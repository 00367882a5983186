import { expect } from 'chai';
import type { Channel, ErrorBody, Message } from '../../src/contract/index.ts';
import { composeMessage } from '../../src/features/outbound/compose-message.ts';
import type { TenantScope } from '../../src/tenancy/tenants.ts';
import { addConversation } from '../support/conversation-rows.ts';
import { expectEventsTellAll } from '../support/event-mirror.ts';
import { openSendingDesk, type SendingDesk } from '../support/sending.ts';
import { StubServer } from '../support/stub-server.ts';
import { until } from '../support/until.ts';

const WAITING = `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')`;

describe('a channel that is removed', () => {
  let desk: SendingDesk;
  let waiting: Message;
  let sent: Message;

  before(async () => {
    desk = await openSendingDesk({ variables: { OUTBOUND_ALLOW: '127.0.0.1:*' } });
    const chat = await desk.newChat();
    sent = await desk.becomes(await desk.send(chat, 'This one went'), 'sent');
    await desk.setChannel({ isActive: false });
    waiting = await desk.send(chat, 'This one waits');
    const removed = await desk.acme.http('DELETE', `/channels/${desk.acme.whatsapp.id}`);
    expect(removed.status).to.equal(204);
  });
  after(() => desk?.close());

  it('sends nothing more: what waited has failed, and says why', async () => {
    const { status, error } = await desk.show(waiting);
    expect([status, error?.code]).to.deep.equal(['failed', 'channel_removed']);
    expect(await desk.acme.query('SELECT id FROM message_sends')).to.deep.equal([]);
    expect(desk.attempts(waiting)).to.deep.equal([]);
    await expectEventsTellAll(desk.acme);
  });

  it('waits for what is being written on it, and leaves nothing of it to be sent', async () => {
    const { acme, product } = desk;
    const { body: channel } = await acme.http<Channel>('POST', '/channels', {
      platform: 'api',
      name: 'Short-lived',
      settings: { callbackUrl: 'http://127.0.0.1:9/' },
    });
    const { id } = await addConversation(acme, { channel });
    let removal: Promise<{ status: number }> | undefined;
    const removedMeanwhile = (scope: TenantScope): TenantScope => ({
      ...scope,
      transaction: work =>
        scope.transaction(async tx => {
          const written = await work(tx);
          removal = acme.http('DELETE', `/channels/${channel.id}`);
          await until('the removal waits', async () => (await acme.query(WAITING)).length > 0);
          return written;
        }),
    });
    const { messageId } = await product.context.tenants.runOn(acme.tenant, scope =>
      composeMessage(removedMeanwhile(scope), { userId: null, name: null }, id, {
        type: 'text',
        content: 'At the last moment',
      }),
    );
    expect((await removal)?.status).to.equal(204);
    expect(
      await acme.query('SELECT status, error_code AS code FROM messages WHERE id = $1', [messageId]),
    ).to.deep.equal([{ status: 'failed', code: 'channel_removed' }]);
  });

  for (const [what, status] of [
    ['cannot take it now', 503],
    ['takes us for somebody else', 401],
  ] as const)
    it(`keeps nothing waiting that was on its way to a platform that ${what}`, async () => {
      const { acme } = desk;
      const callback = new StubServer();
      await callback.start();
      try {
        const { body: channel } = await acme.http<Channel>('POST', '/channels', {
          platform: 'api',
          name: what,
          settings: { callbackUrl: callback.url },
        });
        let answer: () => void = () => undefined;
        const removed = new Promise<void>(resolve => {
          answer = resolve;
        });
        callback.answer = async () => {
          await removed;
          return { status };
        };
        const { id } = await addConversation(acme, { channel });
        const message = await desk.send({ id }, 'On its way');
        await desk.becomes(message, 'sending');
        await until('it is asked', () => callback.seen.length > 0);
        expect((await acme.http('DELETE', `/channels/${channel.id}`)).status).to.equal(204);
        answer();
        const { error } = await desk.becomes(message, 'failed');
        expect(error?.code).to.equal('channel_removed');
        expect(await acme.query('SELECT id FROM message_sends')).to.deep.equal([]);
      } finally {
        await callback.stop();
      }
    });

  it('takes no retry and no reaction', async () => {
    for (const [path, body] of [
      [`/messages/${waiting.id}/retry`, undefined],
      [`/messages/${sent.id}/react`, { emoji: '👍' }],
    ] as const) {
      const answer = await desk.acme.http<ErrorBody>('POST', path, body);
      expect([answer.status, answer.body.error.code], path).to.deep.equal([409, 'channel_removed']);
    }
  });
});

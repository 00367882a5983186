import { expect } from 'chai';
import type { ErrorBody, Message } from '../../src/contract/index.ts';
import { expectEventsTellAll } from '../support/event-mirror.ts';
import { openSendingDesk, type SendingDesk } from '../support/sending.ts';

describe('a channel that is removed', () => {
  let desk: SendingDesk;
  let waiting: Message;
  let sent: Message;

  before(async () => {
    desk = await openSendingDesk();
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

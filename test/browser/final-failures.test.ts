import { expect } from 'chai';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useBrowser } from '../support/browser.ts';
import { addConversation } from '../support/conversation-rows.ts';
import { type Agent, gone, InboxPage, newAgent, seen } from '../support/inbox-page.ts';
import { type Product, startProduct } from '../support/product.ts';

interface Outgoing {
  readonly content: string;
  readonly status: 'failed' | 'pending';
  readonly code: string;
  readonly message: string;
}
interface Channel {
  readonly id: number;
  readonly platform: string;
}

const chatReadOnly =
  'Tidio lets no other program answer in its live chat. Answer this conversation in Tidio; tickets can be answered from here.';

describe('what cannot be sent, in the browser', () => {
  const browser = useBrowser();
  let product: Product;
  let agent: Agent;

  before(async () => {
    product = await startProduct({ hasNoWorkers: true });
    agent = await newAgent(product.context, product.acme, 'Freya Final');
  });
  after(() => product?.close());

  async function addChannel(platform: string, name: string, settings: object): Promise<Channel> {
    const { body } = await product.acme.http<{ id: number }>('POST', '/channels', {
      platform,
      name,
      settings,
    });
    return { id: body.id, platform };
  }
  const addTidio = () =>
    addChannel('tidio', 'Tidio', {
      projectPublicKey: 'abcdefgh12345678abcdefgh12345678',
      clientId: 'ci_1',
      clientSecret: 'cs_1',
      webhookSecret: 'a-secret-of-twenty-and-more',
      operatorId: '1f0c2b3a-1111-4222-8333-444455556666',
    });
  /** A conversation in which the customer wrote first, and then these messages of ours. */
  async function talk(customer: string, channel: Channel, outgoing: readonly Outgoing[]): Promise<number> {
    const { acme } = product;
    const { id, messageIds } = await addConversation(acme, {
      customer,
      channel,
      status: 'open',
      messages: [
        { content: 'Hello?' },
        ...outgoing.map(({ content }) => ({ content, direction: 'outbound' as const })),
      ],
    });
    for (const [index, { status, code, message }] of outgoing.entries())
      await acme.query('UPDATE messages SET status = $2, error_code = $3, error_message = $4 WHERE id = $1', [
        messageIds[index + 1],
        status,
        code,
        message,
      ]);
    return id;
  }
  const failed = (content: string, code: string, message: string): Outgoing => ({
    ...{ content, code, message },
    status: 'failed',
  });
  const openAt = (id: number, user = agent) =>
    InboxPage.open(browser, product, product.acme, user, `/inbox/all/${id}`);

  it('a channel that is removed takes the composer with it, at once, and its failures are not tried again', async () => {
    const channel = await addChannel('api', 'Old shop', { callbackUrl: 'https://shop.example/concierge' });
    const id = await talk('Rita Removed', channel, [failed('Too slow', 'http_400', 'The shop said no.')]);
    const inbox = await openAt(id);
    const { page } = inbox;
    const retry = inbox.line('Too slow').getByRole('button', { name: 'Try again' });
    await seen(retry);
    await seen(inbox.box('Rita Removed'));
    await product.acme.http('DELETE', `/channels/${channel.id}`);
    await seen(
      page.getByText('This channel was removed; nothing can be sent any more. You can leave a note.'),
    );
    await gone(retry);
    expect(await inbox.box('Rita Removed').count()).to.equal(0);
    expect(await inbox.button(/^Send/).count()).to.equal(0);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.keyboard.press('n');
    await page.keyboard.type('It was the old shop');
    await page.keyboard.press('Enter');
    await seen(inbox.line('It was the old shop'));
  });

  it('only what another try may mend can be tried again', async () => {
    const { whatsapp } = product.acme;
    const final: readonly Outgoing[] = [
      failed('A template', '132001', 'The template does not exist in this language, or is not approved.'),
      failed('An offer', '131050', 'The customer does not want marketing messages from you.'),
      failed('A clip', 'unsupported', 'This channel cannot send messages.'),
      failed('A file', 'file_gone', 'The file lamp.pdf is not there any more. Send it anew.'),
      failed('A refund', 'blocked', 'This customer is blocked; unblock them to write.'),
      failed('Late', '131047', 'More than 24 hours have passed since the customer last wrote.'),
    ];
    const passing: readonly Outgoing[] = [
      failed('A word', '131026', 'WhatsApp cannot deliver to this customer.'),
      failed('Another', 'not_sent', 'WhatsApp could not send this message. Send it again.'),
    ];
    const id = await talk('Fran Final', whatsapp, [...final, ...passing]);
    await product.acme.query(
      `UPDATE conversations SET window_expires_at = now() + interval '20 hours' WHERE id = $1`,
      [id],
    );
    const inbox = await openAt(id);
    const retryOf = (content: string) => inbox.line(content).getByRole('button', { name: 'Try again' });
    for (const { content } of passing) await seen(retryOf(content));
    for (const { content, message } of final) {
      await seen(inbox.line(content).getByText(message));
      expect(await retryOf(content).count(), content).to.equal(0);
    }
    await seen(inbox.line('Late').getByRole('button', { name: 'Send a template' }));
    // They have written since: words may go out again.
    await product.acme.query(
      `UPDATE messages SET sent_at = now() - interval '2 minutes' WHERE conversation_id = $1 AND content = 'Late'`,
      [id],
    );
    await product.acme.query(
      `UPDATE messages SET sent_at = now() - interval '1 minute' WHERE conversation_id = $1 AND content = 'Hello?'`,
      [id],
    );
    await inbox.page.reload();
    await seen(retryOf('Late'));
  });

  it('a chat of Tidio’s is answered in Tidio: that is said before, and after the first refusal nothing else is offered', async () => {
    const channel = await addTidio();
    const [fresh, refused, ticket] = [
      await talk('Tina Tidio', channel, []),
      await talk('Tom Tidio', channel, [failed('Hello Tom', 'chat_read_only', chatReadOnly)]),
      await talk('Tara Ticket', channel, []),
    ];
    await product.acme.query(`UPDATE conversations SET subject = 'A broken lamp' WHERE id = $1`, [ticket]);
    const hint = 'From here tickets can be answered, not Tidio’s live chat.';
    const inbox = await openAt(fresh);
    await seen(inbox.page.getByText(hint));
    await seen(inbox.box('Tina Tidio'));
    await inbox.go(`/inbox/all/${ticket}`);
    await seen(inbox.box('Tara Ticket'));
    expect(await inbox.page.getByText(hint).count()).to.equal(0);
    await inbox.go(`/inbox/all/${refused}`);
    await seen(inbox.line('Hello Tom').getByText(chatReadOnly));
    expect(await inbox.line('Hello Tom').getByRole('button', { name: 'Try again' }).count()).to.equal(0);
    await seen(
      inbox.page.getByText('Tidio’s live chat can be answered only in Tidio. You can leave a note.'),
    );
    expect(await inbox.box('Tom Tidio').count()).to.equal(0);
  });

  it('an operator’s sentence is for those who can do something about it', async () => {
    const channel = await addChannel('api', 'Intranet', { callbackUrl: 'https://intra.example/concierge' });
    const message =
      '10.0.0.7 is an address of our own network. An operator can allow it with OUTBOUND_ALLOW=10.0.0.7:443.';
    await product.acme.query(`UPDATE channels SET health = 'stopped', health_message = $2 WHERE id = $1`, [
      channel.id,
      `callbackUrl: ${message}`,
    ]);
    const id = await talk('Sara Stopped', channel, [
      { content: 'It waits', status: 'pending', code: 'unsafe_address', message },
    ]);
    const told = 'An administrator must look at this channel.';
    const inbox = await openAt(id);
    const line = inbox.line('It waits');
    await seen(line.getByText(`${told} It goes out when the channel works again.`));
    await line.getByRole('button', { name: 'Look at the channel' }).click();
    const health = inbox.page.getByRole('dialog', { name: 'Health of Intranet' });
    await seen(health.getByText(told));
    await inbox.page.keyboard.press('Escape');
    await gone(health);
    expect(await inbox.page.getByText('OUTBOUND_ALLOW').count()).to.equal(0);

    const admin = await newAgent(product.context, product.acme, 'Ada Allow', { role: 'admin' });
    const hers = await openAt(id, admin);
    await seen(hers.line('It waits').getByText('OUTBOUND_ALLOW=10.0.0.7:443'));
  });

  it('who has no name has no digit for a face, and a bare id is told by its end', async () => {
    const id = await talk('25990000001827', product.acme.whatsapp, []);
    await talk('+351 930 000 999', product.acme.whatsapp, []);
    const inbox = await openAt(id);
    const short = inbox.rows().getByTitle('25990000001827');
    await seen(short);
    expect(await short.innerText()).to.equal('…1827');
    await seen(inbox.thread('25990000001827').getByRole('heading', { name: '25990000001827' }));
    await seen(inbox.row('+351 930 000 999'));
    const initials = await inbox.page
      .locator('[data-initials]')
      .evaluateAll(faces => faces.map(face => face.getAttribute('data-initials') ?? ''));
    expect(initials.filter(letters => /\d/.test(letters))).to.deep.equal([]);
    for (const row of [inbox.row('…1827'), inbox.row('+351 930 000 999')])
      expect(await row.locator('[data-initials]').count()).to.equal(0);
    expect(await accessibilityFaults(inbox.page)).to.deep.equal([]);
  });
});

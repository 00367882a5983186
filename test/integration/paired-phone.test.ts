import { expect } from 'chai';
import type { Channel, ChannelPairing } from '../../src/contract/channels.ts';
import type { Conversation } from '../../src/contract/conversations.ts';
import type { Message } from '../../src/contract/messages.ts';
import { adapters } from '../../src/platforms/registry.ts';
import { openWebLine } from '../../src/platforms/whatsapp_web/open-web-line.ts';
import { expectEventsTellAll, wholeThread } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { descendantsOf, fakeProgram } from '../support/whatsapp-web-line.ts';

/** A product in which a played browser stands for WhatsApp Web; its processes are real. */
describe('a paired phone', function () {
  this.timeout(60_000);
  const adapter = adapters.whatsapp_web as { open?: unknown };
  const realOpen = adapter.open;
  /** What the played browser does when it is opened next. */
  let steps: readonly string[] = ['unless-known=paired'];
  let product: Product;
  let acme: ProductTenant;
  let channel: Channel;

  before(async () => {
    adapter.open = (_settings: unknown, _io: unknown, host: Parameters<typeof openWebLine>[0]) =>
      openWebLine(host, { program: fakeProgram, browser: async () => ({ path: 'fake', args: [...steps] }) });
    product = await startProduct();
    ({ acme } = product);
    const made = await acme.http<Channel>('POST', '/channels', {
      platform: 'whatsapp_web',
      name: 'The shop’s phone',
      settings: {},
    });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    channel = made.body;
  });
  after(async () => {
    await product?.close();
    adapter.open = realOpen;
    expect(await descendantsOf(process.pid).then(found => found.filter(isSession))).to.deep.equal([]);
  });

  const isSession = ({ command }: { readonly command: string }) =>
    command.includes('whatsapp-web-fake-process');
  const pairing = async () =>
    (await acme.http<ChannelPairing>('GET', `/channels/${channel.id}/pairing`)).body;
  const becomes = async (
    what: string,
    fits: (pairing: ChannelPairing) => boolean,
  ): Promise<ChannelPairing> => {
    let shown: ChannelPairing | undefined;
    await until(what, async () => {
      shown = await pairing();
      return fits(shown);
    });
    return shown as ChannelPairing;
  };
  const setActive = (isActive: boolean) => acme.http('PATCH', `/channels/${channel.id}`, { isActive });
  const reopen = async (...next: readonly string[]) => {
    steps = next;
    await setActive(false);
    await until('the line is closed', async () => {
      const [row] = await product.context.landlord.db.query<{ holder: string | null }>(
        'SELECT holder FROM channel_lines WHERE channel_id = $1',
        [channel.id],
      );
      return row?.holder === null;
    });
    await setActive(true);
  };
  const sessions = () =>
    acme.query<{ isEnded: boolean }>(
      'SELECT ended_at IS NOT NULL AS "isEnded" FROM whatsapp_sessions ORDER BY id',
    );
  const phoneChat = async (): Promise<Conversation> => {
    let found: Conversation | undefined;
    await until('its chat is in the inbox', async () => {
      const { items } = (await acme.http<{ items: Conversation[] }>('GET', '/conversations')).body;
      found = items.find(({ platform }) => platform === 'whatsapp_web');
      return found !== undefined;
    });
    return found as Conversation;
  };

  it('shows the code that it has to read, to those who may connect channels', async () => {
    const shown = await becomes('there is a code', ({ code }) => code !== null);
    expect(shown).to.include({ health: 'reauthorise', code: 'code-1', accountName: null });
    expect(Date.parse(shown.expiresAt ?? '')).to.be.above(Date.now());
    expect(await acme.http('GET', `/channels/${acme.api.id}/pairing`)).to.nested.include({
      status: 409,
      'body.error.code': 'no_pairing',
    });
  });

  it('once paired brings its messages in, and its session is kept', async () => {
    await reopen('profile=paired', 'ready', 'messages=3');
    const shown = await becomes('it is paired', ({ health }) => health === 'ok');
    expect(shown).to.include({ code: null });
    expect(shown.accountName).to.include('Bakery');
    const chat = await phoneChat();
    await until('all three are there', async () => {
      const thread = await wholeThread(acme, chat.id);
      return thread.filter(({ type }) => type !== 'system').length === 3;
    });
    await until('the session is kept', async () => (await sessions()).length > 0);
    await expectEventsTellAll(acme);
  });

  it('sends what an agent writes, over the line of the process that holds it', async () => {
    const chat = await phoneChat();
    const { body } = await acme.http<Message>('POST', `/conversations/${chat.id}/messages`, {
      content: 'Warm bread at seven',
    });
    await until('it is sent', async () =>
      (await wholeThread(acme, chat.id)).some(({ id, status }) => id === body.id && status === 'sent'),
    );
    await expectEventsTellAll(acme);
  });

  it('that is not connected yet lets what is written wait, without a word every few seconds', async () => {
    await reopen();
    const chat = await phoneChat();
    const { body } = await acme.http<Message>('POST', `/conversations/${chat.id}/messages`, {
      content: 'When you are there',
    });
    const pauses = () =>
      acme.query<{ until: Date }>(
        'SELECT paused_until AS until FROM channels WHERE id = $1 AND paused_until > now()',
        [channel.id],
      );
    const news = () =>
      acme.query<{ status: string }>(
        'SELECT status FROM message_status_updates WHERE message_id = $1 ORDER BY id',
        [body.id],
      );
    await until('it was tried', async () => (await pauses()).length === 1);
    expect(await acme.query('SELECT status FROM messages WHERE id = $1', [body.id])).to.deep.equal([
      { status: 'pending' },
    ]);
    expect(await news()).to.deep.equal([]);
    await expectEventsTellAll(acme);
    await reopen('unless-known=paired');
    await until('it is sent', async () =>
      (await wholeThread(acme, chat.id)).some(({ id, status }) => id === body.id && status === 'sent'),
    );
    expect((await news()).map(({ status }) => status)).to.not.include('pending');
  });

  it('is there again when its process was killed, without a code', async () => {
    const [session] = (await descendantsOf(process.pid)).filter(isSession);
    expect(session, 'a process of its own').to.not.equal(undefined);
    steps = ['unless-known=paired'];
    process.kill(session?.pid ?? 0, 'SIGKILL');
    await until('another process stands in', async () =>
      (await descendantsOf(process.pid)).some(one => isSession(one) && one.pid !== session?.pid),
    );
    await becomes('it is connected again', ({ health }) => health === 'ok');
    expect((await sessions()).every(({ isEnded }) => !isEnded)).to.equal(true);
  });

  it('that was unlinked says so and keeps its outbox; the session can be brought back', async () => {
    const chat = await phoneChat();
    await reopen('unless-known=paired', 'logout');
    await becomes('it is unlinked', ({ health }) => health === 'reauthorise');
    await until('its session is over', async () => (await sessions()).every(({ isEnded }) => isEnded));
    const { body } = await acme.http<Message>('POST', `/conversations/${chat.id}/messages`, {
      content: 'Later',
    });
    steps = ['unless-known=paired'];
    const asked = await acme.http('POST', `/channels/${channel.id}/pairing`, { restore: true });
    expect(asked.status).to.equal(202);
    await becomes('it is connected again', ({ health }) => health === 'ok');
    await until('what waited is sent', async () =>
      (await wholeThread(acme, chat.id)).some(({ id, status }) => id === body.id && status === 'sent'),
    );
    expect(await acme.http('POST', `/channels/${channel.id}/pairing`, { restore: true })).to.nested.include({
      status: 409,
      'body.error.code': 'no_session',
    });
  });

  it('ends with its channel, and no process of it stays', async () => {
    expect((await acme.http('DELETE', `/channels/${channel.id}`)).status).to.equal(204);
    await until('its process is gone', async () =>
      (await descendantsOf(process.pid)).every(one => !isSession(one)),
    );
  });
});

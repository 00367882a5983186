import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import type { ResponseOf } from '../../src/contract/operation.ts';
import type { listTemplates, MessageTemplate } from '../../src/contract/templates.ts';
import type { RegisteredTemplate } from '../../src/simulator/index.ts';
import { openSendingDesk, type SendingDesk } from '../support/sending.ts';

type Listed = ResponseOf<typeof listTemplates>;

describe('templates', () => {
  let desk: SendingDesk;
  const registered: RegisteredTemplate[] = [
    {
      name: 'order_update',
      language: 'en',
      body: 'Hi {{1}}, order {{2}} is on its way.',
      buttons: [{ type: 'QUICK_REPLY', text: 'Thanks' }],
    },
    { name: 'winter', language: 'en', body: 'It snows.', status: 'REJECTED' },
  ];

  before(async function () {
    this.timeout(60_000);
    desk = await openSendingDesk();
    register(registered);
  });
  after(() => desk?.close());

  function register(templates: readonly RegisteredTemplate[]): void {
    const { provider, acme } = desk.product;
    provider.addAccount({ ...acme.account, templates });
  }
  const path = () => `/channels/${desk.acme.whatsapp.id}/templates`;
  const list = async () => (await desk.acme.http<Listed>('GET', path())).body;
  const names = ({ templates }: Listed) => templates.map(({ name, status }) => `${name} ${status}`);

  it('are asked for when they are looked at, those that can be sent first', async () => {
    const listed = await list();
    expect(names(listed)).to.deep.equal(['order_update approved', 'winter rejected']);
    expect(listed.templates[0]).to.deep.include({
      variables: ['1', '2'],
      buttons: [{ kind: 'reply', title: 'Thanks', hasVariable: false }],
    } satisfies Partial<MessageTemplate>);
    expect(listed.syncedAt).to.be.a('string');
  });

  it('are asked for once in an hour, at a word, and after WhatsApp has told of a change', async () => {
    const more = [...registered, { name: 'autumn', language: 'en', body: 'Leaves fall.' }];
    register(more);
    expect(names(await list())).to.have.length(2);
    const asked = await desk.acme.http<Listed>('POST', `${path()}/sync`);
    expect(names(asked.body)).to.deep.equal(['autumn approved', 'order_update approved', 'winter rejected']);

    register([{ ...more[0], status: 'PAUSED' } as RegisteredTemplate]);
    const { provider, acme } = desk.product;
    await provider.deliver(acme.account.phoneNumberId, [
      {
        kind: 'notice',
        field: 'message_template_status_update',
        value: {
          event: 'PAUSED',
          message_template_id: 1,
          message_template_name: 'order_update',
          message_template_language: 'en',
          reason: 'NONE',
        },
      },
    ]);
    await acme.applied();
    expect(names(await list())).to.deep.equal(['order_update paused']);
    register(registered);
    await desk.acme.http<Listed>('POST', `${path()}/sync`);
  });

  it('are sent with their words in the thread, and refused when WhatsApp would refuse them', async () => {
    const chat = await desk.newChat();
    const send = (name: string, variables: string[]) =>
      desk.acme.http<{ content: string; error: { message: string } }>(
        'POST',
        `/conversations/${chat.id}/messages`,
        { type: 'template', template: { name, language: 'en' }, variables },
      );
    const sent = await send('order_update', ['Ana', 'A {{1}}']);
    expect(sent).to.nested.include({ status: 201, 'body.content': 'Hi Ana, order A {{1}} is on its way.' });
    expect(await send('winter', [])).to.nested.include({ status: 422 });
    const short = await send('order_update', ['Ana']);
    expect(short.status).to.equal(422);
    expect(short.body.error.message).to.equal(
      'variables: this template has 2 of them (1, 2), and 1 were given.',
    );
  });

  it('take what their header wants, and are told what that is', async () => {
    const chat = await desk.newChat();
    register([
      { name: 'shop', language: 'en', header: { format: 'LOCATION' }, body: 'Here we are.' },
      {
        name: 'order',
        language: 'en',
        header: { format: 'TEXT', text: 'Order {{number}}' },
        body: 'Thanks.',
      },
      { name: 'plain', language: 'en', header: { format: 'TEXT', text: 'Hello' }, body: 'Thanks.' },
    ]);
    await desk.acme.http<Listed>('POST', `${path()}/sync`);
    const send = (name: string, header?: object) =>
      desk.acme.http<Pick<Message, 'id' | 'conversationId'> & { error: { message: string } }>(
        'POST',
        `/conversations/${chat.id}/messages`,
        { type: 'template', template: { name, language: 'en', ...(header && { header }) } },
      );
    const location = { latitude: 41.1496, longitude: -8.611, name: 'Lumen', address: 'Rua 1, Porto' };
    for (const [name, header, sentence] of [
      ['shop', undefined, 'this template wants {location: {latitude, longitude, name, address}}.'],
      ['shop', { text: 'Here' }, 'this template wants {location: {latitude, longitude, name, address}}.'],
      ['order', { location }, 'this template wants {text} for the placeholder in its header.'],
      ['plain', { text: 'x' }, 'leave it out. The header of this template has nothing to be filled in.'],
    ] as const) {
      const refused = await send(name, header);
      expect(refused.status, name).to.equal(422);
      expect(refused.body.error.message).to.equal(`template.header: ${sentence}`);
    }
    expect(await send('shop', { location: { ...location, latitude: 91 } })).to.include({ status: 422 });
    for (const [name, header] of [
      ['shop', { location }],
      ['order', { text: '20418' }],
      ['plain', undefined],
    ] as const) {
      const { status, body } = await send(name, header);
      expect(status, JSON.stringify(body)).to.equal(201);
      await desk.becomes(body, 'sent');
    }
    const bodies = desk.product.provider
      .accepted(desk.product.acme.account.phoneNumberId)
      .slice(-3)
      .map(({ body }) => body);
    const head = 'template.components[0].parameters[0]';
    expect(bodies[0]).to.have.deep.nested.property(head, { type: 'location', location });
    const words = { type: 'text', parameter_name: 'number', text: '20418' };
    expect(bodies[1]).to.have.deep.nested.property(head, words);
    expect(bodies[2]).to.not.have.nested.property('template.components');
    register(registered);
    await desk.acme.http<Listed>('POST', `${path()}/sync`);
  });

  it('of a platform without any are none, and what a dead provider said last stays', async () => {
    const { acme } = desk;
    const none = await acme.http<Listed>('GET', `/channels/${acme.api.id}/templates`);
    expect(none.body).to.deep.equal({ templates: [], syncedAt: null });
    expect(await acme.http('GET', '/channels/999/templates')).to.include({ status: 404 });
    await acme.query(
      `UPDATE channels SET settings = settings || '{"apiUrl":"http://127.0.0.1:9"}', templates_synced_at = NULL WHERE id = $1`,
      [acme.whatsapp.id],
    );
    expect(names(await list())).to.have.length(2);
    expect(await acme.http('POST', `${path()}/sync`)).to.include({ status: 503 });
  });
});

import { expect } from 'chai';
import { type TidioProject, TidioProvider, tidioCustomer } from '../../../src/simulator/index.ts';
import { adapterOf, channelSettings, secretOf } from './platform-samples.ts';
import { contact, messageTo, ticketId } from './provider-rigs.ts';
import { io, quickRetry, rejection, WebhookReceiver } from './webhook-receiver.ts';

describe('TidioProvider', () => {
  const adapter = adapterOf('tidio');
  const settings = channelSettings.tidio;
  const { projectPublicKey, operatorId } = settings;
  const ticket = { id: ticketId, subject: 'Parcel' };
  let receiver: WebhookReceiver;
  let provider: TidioProvider;
  let project: TidioProject;
  let apiUrl: string;
  let now: Date;
  beforeEach(async () => {
    now = new Date();
    receiver = new WebhookReceiver(adapter, secretOf('tidio'));
    await receiver.start();
    project = {
      ...settings,
      webhookUrl: `${receiver.url}/webhooks`,
      operators: [{ id: operatorId, name: 'Rui' }],
    };
    provider = new TidioProvider({
      accounts: [project],
      webhookRetry: quickRetry,
      clock: { now: () => now },
    });
    apiUrl = await provider.start();
  });
  afterEach(async () => {
    await provider.stop();
    await receiver.stop();
    expect(receiver.refusals).to.deep.equal([]);
  });
  const send = (text: string, own: Readonly<Record<string, string>> = settings) =>
    adapter.send?.(messageTo('tidio', text), own, io(apiUrl));
  const factsOf = async (what: string) => {
    const pulled = await adapter.pull?.(what, settings, io(apiUrl));
    const facts = (pulled?.bodies ?? []).flatMap(({ body }) => adapter.parse(body, now));
    return { facts, next: pulled?.next };
  };
  /** What was rung for last, fetched. */
  const fetched = async () => {
    const ring = receiver.facts.at(-1);
    const { facts } = await factsOf(ring?.kind === 'pull' ? ring.what : '');
    return facts.map(fact => (fact.kind === 'message' ? [fact.direction, fact.content.text] : [fact.kind]));
  };

  it('rings for a chat, and gives its words to who asks', async () => {
    await provider.deliver(projectPublicKey, [tidioCustomer.inboundChat(contact, 'Hello?', { at: now })]);
    await provider.deliver(projectPublicKey, [tidioCustomer.inboundChat(contact, 'Anybody?', { at: now })]);
    expect(receiver.facts.map(({ kind }) => kind)).to.deep.equal(['pull', 'pull']);
    expect(await fetched()).to.deep.equal([
      ['inbound', 'Hello?'],
      ['inbound', 'Anybody?'],
    ]);
  });

  it('takes answers to tickets, and rings for none of them', async () => {
    await provider.deliver(projectPublicKey, [
      tidioCustomer.inboundTicket(contact, ticket, 'Where is it?', { at: now }),
    ]);
    now = new Date(now.getTime() + 1000);
    const receipt = await send('On its way');
    expect(provider.accepted(projectPublicKey)[0]).to.include({
      ...{ messageId: receipt?.externalId, text: 'On its way', ticketId: String(ticketId) },
      contactId: contact.id,
    });
    expect(await fetched()).to.deep.equal([
      ['inbound', 'Where is it?'],
      ['outbound', 'On its way'],
    ]);
    expect(receiver.deliveries).to.have.length(1);
    await provider.deliver(projectPublicKey, [
      tidioCustomer.inboundTicketReply(contact, ticket, 'Thanks'),
      tidioCustomer.operatorReply(contact, ticket, operatorId, 'Welcome'),
    ]);
    const words = receiver.facts.flatMap(fact => (fact.kind === 'message' ? [fact.content.text] : []));
    expect(words).to.have.members(['Thanks', 'Welcome']);
  });

  it('signs with both secrets while one replaces the other', async () => {
    provider.addAccount({ ...project, webhookSecret: ['the-new-one', settings.webhookSecret] });
    await provider.deliver(projectPublicKey, [tidioCustomer.inboundChat(contact, 'Hello?')]);
    expect(receiver.deliveries[0]?.headers['x-tidio-signature']?.split(',s=')).to.have.length(3);
  });

  it('lists contacts and tickets page by page', async () => {
    const since = now.getTime() - 1000;
    for (let index = 0; index < 60; index++) {
      const other = { id: `contact-${index}` };
      provider.note(projectPublicKey, tidioCustomer.inboundChat(other, 'Hi', { at: now }));
    }
    provider.note(projectPublicKey, tidioCustomer.inboundTicket(contact, ticket, 'Where?', { at: now }));
    const [tickets, contacts] = adapter.recall?.(new Date(since), settings) ?? [];
    const first = await factsOf(contacts ?? '');
    const second = await factsOf(first.next ?? '');
    expect([first.facts.length, second.facts.length, second.next]).to.deep.equal([50, 11, undefined]);
    const { facts } = await factsOf(tickets ?? '');
    expect(facts).to.have.length(1);
    expect(facts[0]?.kind === 'pull' && facts[0].what).to.match(/^ticket:10021:/);
  });

  it('tells how the project stands, and refuses what Tidio refuses', async () => {
    const check = (own: Readonly<Record<string, string>> = settings) =>
      adapter.check?.(own, io(apiUrl), { url: '' });
    expect(await check()).to.include({ health: 'ok', accountName: 'The business' });
    const stranger = '22222222-2222-4222-8222-222222222222';
    expect(await check({ ...settings, operatorId: stranger })).to.include({ health: 'warning' });
    expect(await check({ ...settings, clientSecret: 'x' })).to.include({ health: 'reauthorise' });
    expect(await rejection(send('No such ticket'))).to.include({ scope: 'message', code: 'not_found' });
    provider.note(projectPublicKey, tidioCustomer.inboundTicket(contact, ticket, 'Where?'));
    const refused = await rejection(send('Whose?', { ...settings, operatorId: stranger }));
    expect(refused).to.include({ scope: 'message', code: 'operator_not_found' });
  });

  it('counts the requests of a minute, and does not say when the next begins', async () => {
    await provider.stop();
    provider = new TidioProvider({
      accounts: [{ ...project, requestsPerMinute: 10 }],
      clock: { now: () => now },
    });
    apiUrl = await provider.start();
    provider.note(projectPublicKey, tidioCustomer.inboundTicket(contact, ticket, 'Where?'));
    for (let times = 0; times < 10; times++) await send('Hi');
    expect(await rejection(send('Hi'))).to.include({ scope: 'channel', code: 'too_many_requests' });
    const answer = await fetch(`${apiUrl}/project`, {
      headers: {
        'x-tidio-openapi-client-id': settings.clientId,
        'x-tidio-openapi-client-secret': settings.clientSecret,
      },
    });
    expect(answer.status).to.equal(429);
    expect(answer.headers.get('x-ratelimit-remaining')).to.equal('0');
    expect(answer.headers.get('retry-after')).to.equal(null);
    now = new Date(now.getTime() + 60_000);
    await send('Hi');
  });
});

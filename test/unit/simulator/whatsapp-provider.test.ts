import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { expect } from 'chai';
import express from 'express';
import { Rejected } from '../../../src/platforms/adapter.ts';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import { graphError, inboundReaction, inboundText, WhatsAppProvider } from '../../../src/simulator/index.ts';
import {
  accountFor,
  io,
  quickRetry,
  rejection,
  settings,
  textTo,
  WebhookReceiver,
} from './webhook-receiver.ts';

const rui = { waId: '351910000002', userId: 'PT.40112233', name: 'Rui P' };

describe('WhatsAppProvider', () => {
  let receiver: WebhookReceiver;
  let provider: WhatsAppProvider;
  let baseUrl: string;
  let now: Date;
  const send = (message: Parameters<NonNullable<typeof whatsappAdapter.send>>[0], own = settings) =>
    whatsappAdapter.send?.(message, own, io(baseUrl));
  beforeEach(async () => {
    now = new Date();
    receiver = new WebhookReceiver();
    await receiver.start();
    provider = new WhatsAppProvider({
      accounts: [accountFor(receiver)],
      webhookRetry: quickRetry,
      clock: { now: () => now },
    });
    baseUrl = await provider.start();
  });
  afterEach(async () => {
    await provider.stop();
    await receiver.stop();
  });
  const customerWrites = (text = 'hi') => provider.deliver('770022', [inboundText(rui, text, { at: now })]);

  it('takes a text, and the ledger has what was sent', async () => {
    await customerWrites();
    const receipt = await send(textTo(rui.waId, 'Bom dia'));
    const [message] = provider.accepted('770022');
    expect(receipt).to.deep.equal({ externalId: message?.id, aliases: [] });
    expect(message).to.deep.include({ to: rui.waId, correlator: 'c-1', at: now });
    expect(message?.body).to.deep.include({ type: 'text', text: { body: 'Bom dia', preview_url: true } });
  });
  it('takes a reply, a reaction, and a message to a user id', async () => {
    await provider.deliver('770022', [inboundText(rui, 'hi', { id: 'wamid.1', at: now })]);
    await send({ ...textTo(rui.waId), replyToExternalId: 'wamid.1' });
    const reaction = { type: 'reaction', targetExternalId: 'wamid.1', emoji: '👍' } as const;
    await send({ ...textTo(rui.waId), content: reaction });
    await send({ ...textTo(rui.waId), to: [{ kind: 'bsuid', value: rui.userId }] });
    const accepted = provider.accepted('770022');
    expect(accepted[0]?.replyTo).to.equal('wamid.1');
    expect(accepted[1]?.body).to.deep.include({ reaction: { message_id: 'wamid.1', emoji: '👍' } });
    expect(accepted[2]).to.include({ to: rui.userId, userId: rui.userId, waId: undefined });
  });
  it('takes an answer to a group, and tells of it as one', async () => {
    provider.behave('770022', { receipts: [{ status: 'read', afterMs: 0 }] });
    const answer = () =>
      send({
        ...textTo(rui.waId, 'Hello all'),
        to: [{ kind: 'wa_group', value: 'group-1' }],
        threadKey: 'group-1',
      });
    await customerWrites();
    expect(await rejection(answer())).to.include({ scope: 'window' });
    await provider.deliver('770022', [inboundText(rui, 'hi', { at: now, groupId: 'group-1' })]);
    const receipt = await answer();
    await provider.whenIdle();
    expect(provider.accepted('770022')).to.have.length(1);
    expect(provider.accepted('770022')[0]).to.include({ to: 'group-1', groupId: 'group-1', waId: undefined });
    expect(receipt?.aliases).to.deep.equal([]);
    const [message, read] = receiver.facts.slice(-2);
    expect(message).to.deep.include({ threadKey: 'group-1' });
    expect(message)
      .to.have.nested.property('contact.aliases')
      .that.deep.equals([{ kind: 'wa_group', value: 'group-1' }]);
    expect(message)
      .to.have.nested.property('content.metadata.sender')
      .that.deep.equals({ id: rui.waId, name: rui.name });
    expect(read).to.deep.include({ status: 'read', metadata: { recipientType: 'group' } });
  });
  it('tells the number under which the customer is known', async () => {
    await provider.stop();
    const resolve = () => ({ waId: '551187654321', userId: 'BR.1' });
    provider = new WhatsAppProvider({ accounts: [accountFor(receiver)], resolve });
    baseUrl = await provider.start();
    provider.openWindow('770022', '551187654321');
    const receipt = await send(textTo('5511987654321'));
    expect(receipt?.aliases).to.deep.equal([{ kind: 'wa_id', value: '551187654321' }]);
  });
  it('takes a template outside the window, with the right name, language and variables only', async () => {
    const template = (name: string, language: string, ...variables: string[]) => ({
      ...textTo(rui.waId),
      content: { type: 'template', name, language, variables } as const,
    });
    await send(template('hello', 'pt_PT', 'Rui', '20418'));
    for (const [message, code] of [
      [template('hello', 'en', 'Rui', '20418'), '132001'],
      [template('bye', 'pt_PT'), '132001'],
      [template('hello', 'pt_PT', 'Rui'), '132000'],
    ] as const)
      expect(await rejection(send(message))).to.include({ scope: 'message', code });
    expect(provider.accepted('770022')).to.have.length(1);
  });
  it('takes free text for 24 hours after the last message of the customer, and not after a reaction', async () => {
    const refused = async () =>
      expect(await rejection(send(textTo(rui.waId)))).to.include({ scope: 'window' });
    await refused();
    await customerWrites();
    await send(textTo(rui.waId));
    now = new Date(now.getTime() + 24 * 60 * 60_000);
    await refused();
    await provider.deliver('770022', [inboundReaction(rui, 'wamid.0', '👍', { at: now })]);
    await refused();
    await customerWrites();
    await send(textTo(rui.waId));
  });
  it('refuses what Graph refuses', async () => {
    await customerWrites();
    const table = [
      [send(textTo(rui.waId), { ...settings, accessToken: 'old' }), 'reauthorise', '190'],
      [send(textTo(rui.waId), { ...settings, phoneNumberId: '99' }), 'reauthorise', '100'],
      [send(textTo(rui.waId, 'x'.repeat(4097))), 'message', '100'],
      [send(textTo(rui.waId, '')), 'message', '100'],
      [send({ ...textTo(rui.waId), replyToExternalId: 'wamid.none' }), 'message', '131009'],
      [send(textTo('abc')), 'message', '131009'],
    ] as const;
    for (const [sending, scope, code] of table) {
      const error = await rejection(sending);
      expect(error).to.be.instanceOf(Rejected);
      expect(error).to.include({ scope, code });
    }
    expect(provider.accepted('770022')).to.deep.equal([]);
    await send(textTo(rui.waId, '🎉'.repeat(4096)));
  });
  it('answers errors as Graph writes them', async () => {
    const post = (body: unknown) =>
      axios.post(`${baseUrl}/v23.0/770022/messages`, body, {
        headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
        validateStatus: () => true,
      });
    const codes = await Promise.all(
      [
        '{"to":',
        {},
        { messaging_product: 'whatsapp', type: 'poll' },
        { messaging_product: 'whatsapp', type: 'text', to: '351910000002' },
        { messaging_product: 'whatsapp', type: 'text', text: { body: 'x' } },
        { messaging_product: 'whatsapp', status: 'read' },
      ].map(async body => {
        const { status, data } = await post(body);
        return [status, data.error.code];
      }),
    );
    expect(codes).to.deep.equal([
      [400, 100],
      [400, 100],
      [400, 100],
      [400, 131008],
      [400, 100],
      [400, 131008],
    ]);
  });
  it('keeps read marks and typing', async () => {
    await provider.deliver('770022', [inboundText(rui, 'hi', { id: 'wamid.1', at: now })]);
    for (const sign of ['read', 'typing'] as const)
      await whatsappAdapter.showSign?.(sign, { to: [], externalId: 'wamid.1' }, settings, io(baseUrl));
    await whatsappAdapter.showSign?.('read', { to: [], externalId: 'wamid.none' }, settings, io(baseUrl));
    expect(provider.readMarks('770022')).to.deep.equal([
      { messageId: 'wamid.1', isTyping: false, at: now },
      { messageId: 'wamid.1', isTyping: true, at: now },
    ]);
  });
  it('gives files to the account that they are for, by links that run out', async () => {
    const bytes = Buffer.from([0, 1, 2, 255]);
    const { id, sha256 } = provider.addFile('770022', 'image/png', bytes);
    provider.addAccount({ ...accountFor(receiver), phoneNumberId: '2', accessToken: 'foreign' });
    const get = (url: string, token?: string) =>
      axios.get(url, {
        responseType: 'arraybuffer',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        validateStatus: () => true,
      });
    const file = JSON.parse((await get(`${baseUrl}/v23.0/${id}?phone_number_id=770022`, 'token')).data);
    expect(file).to.include({ id, mime_type: 'image/png', file_size: '4', sha256 });
    const answer = await get(file.url, 'token');
    expect(answer.headers['content-type']).to.equal('image/png');
    expect(bytes.equals(answer.data)).to.equal(true);
    expect((await get(file.url)).status).to.equal(401);
    expect((await get(file.url, 'foreign')).status).to.equal(404);
    expect((await get(`${baseUrl}/v23.0/${id}`, 'foreign')).status).to.equal(400);
    expect((await get(`${baseUrl}/v23.0/${id}?phone_number_id=2`, 'token')).status).to.equal(400);
    now = new Date(now.getTime() + 5 * 60_000);
    expect((await get(file.url, 'token')).status).to.equal(404);
  });
  it('makes receipts as planned, which the adapter matches by id and correlator', async () => {
    const receipts = [
      { status: 'sent', afterMs: 0 },
      { status: 'delivered', afterMs: 20 },
      { status: 'failed', afterMs: 40, errorCode: 131026 },
    ] as const;
    provider.behave('770022', { receipts });
    await customerWrites();
    const { externalId } = (await send(textTo(rui.waId))) ?? {};
    await provider.whenIdle();
    const facts = receiver.facts.filter(fact => fact.kind === 'receipt');
    expect(facts.map(({ status }) => status)).to.deep.equal(['sent', 'delivered', 'failed']);
    for (const fact of facts) expect(fact).to.include({ externalId, correlator: 'c-1' });
    expect(facts[2]?.fault?.code).to.equal('131026');
  });
  it('keeps its ledger when an account gets a new token and webhook', async () => {
    await customerWrites();
    await send(textTo(rui.waId));
    provider.addAccount({ ...accountFor(receiver), accessToken: 'new', webhookUrl: `${receiver.url}/other` });
    expect(await rejection(send(textTo(rui.waId)))).to.include({ scope: 'reauthorise' });
    await send(textTo(rui.waId), { ...settings, accessToken: 'new' });
    await customerWrites();
    expect(provider.accepted('770022')).to.have.length(2);
    expect(receiver.deliveries.at(-1)?.publicUrl).to.equal(`${receiver.url}/other`);
  });
  describe('with two numbers of one business', () => {
    const other = { ...settings, phoneNumberId: '770033', accessToken: 'other' };
    const verified = (own: typeof settings) => ({ ...own, verifyToken: 'verify' });
    const doorOf = (name: string) => ({ url: `${receiver.url}/webhooks/whatsapp/${name}` });
    const connect = (own: typeof settings, name: string) =>
      whatsappAdapter.connect?.(verified(own), io(baseUrl), doorOf(name));
    const check = (own: typeof settings, name: string) =>
      whatsappAdapter.check?.(verified(own), io(baseUrl), doorOf(name));
    beforeEach(() => {
      const { phoneNumberId, accessToken } = other;
      provider.addAccount({ ...accountFor(receiver), phoneNumberId, accessToken });
    });
    const doors = async () => {
      for (const id of ['770022', '770033'])
        await provider.deliver(id, [inboundText(rui, 'hi', { at: now })]);
      return receiver.deliveries.slice(-2).map(({ publicUrl }) => publicUrl.split('/').at(-1));
    };

    it('delivers to each at its own address', async () => {
      await connect(settings, 'a');
      await connect(other, 'b');
      expect(await doors()).to.deep.equal(['a', 'b']);
      expect(await check(settings, 'a')).to.include({ health: 'ok', isSubscribed: true });
      expect(await check(settings, 'b')).to.include({ health: 'warning', isSubscribed: false });
    });
    it('may refuse that, and then has one address for both', async () => {
      for (const id of ['770022', '770033']) provider.failNext(id, graphError(400, 100), 1, 'webhook');
      await connect(settings, 'a');
      await connect(other, 'b');
      expect(await doors()).to.deep.equal(['b', 'b']);
      expect(await check(other, 'b')).to.include({ health: 'ok', isSubscribed: true });
      expect(await check(settings, 'a')).to.include({ health: 'warning', isSubscribed: false });
    });
    it('takes no address that does not answer the challenge', async () => {
      const wrong = { ...settings, verifyToken: 'wrong' };
      const error = await rejection(whatsappAdapter.connect?.(wrong, io(baseUrl), doorOf('a')));
      expect(error).to.include({ code: '2200' });
      expect(await doors()).to.deep.equal(['abc', 'abc']);
    });
  });
  it('may live under a path of another app', async () => {
    const server = createServer(express().use('/simulator/graph', provider.router)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simulator/graph`;
    await customerWrites();
    await send(textTo(rui.waId));
    const { id } = provider.addFile('770022', 'image/png', Buffer.from('x'));
    const headers = { authorization: 'Bearer token' };
    const { data } = await axios.get(`${baseUrl}/v23.0/${id}`, { headers });
    expect((await axios.get(data.url, { headers })).data).to.equal('x');
    server.closeAllConnections();
    server.close();
  });
});

import { expect } from 'chai';
import type { Conversation } from '../../src/contract/conversations.ts';
import type { Message } from '../../src/contract/messages.ts';
import {
  type AcceptedTwilio,
  newSid,
  signedByTwilio,
  statusForm,
  TwilioProvider,
  type TwilioStatus,
  twilioError,
  twilioForm,
} from '../../src/simulator/index.ts';
import { AgentClient } from '../support/agent-client.ts';
import { openDoor } from '../support/api-door.ts';
import { wholeContent } from '../support/database-content.ts';
import {
  ChannelDesk,
  everything,
  expectAllTold,
  expectForged,
  fetched,
  postWebhook,
} from '../support/platform-desk.ts';
import { type Product, startProduct } from '../support/product.ts';
import { noise, sampleFiles } from '../support/sample-files.ts';
import { until } from '../support/until.ts';

describe('SMS by Twilio, from end to end', () => {
  const ourNumber = '+351210000001';
  const accountOf = (digit: string) => ({
    accountSid: `AC${digit.repeat(32)}`,
    authToken: `auth-token-${digit}`,
    numbers: [{ phoneNumber: ourNumber }],
  });
  const account = accountOf('a');
  const otherAccount = accountOf('b');
  const { accountSid } = account;
  const provider = new TwilioProvider({ accounts: [account, otherAccount] });
  let product: Product;
  let desk: ChannelDesk;
  let other: ChannelDesk;

  before(async function () {
    this.timeout(60_000);
    await provider.start();
    product = await startProduct({ variables: { OUTBOUND_ALLOW: provider.storageHost } });
    const connect = (tenant: Product['acme'], { accountSid, authToken }: typeof account) =>
      ChannelDesk.connect(
        product,
        tenant,
        'sms',
        { accountSid, authToken, from: ourNumber, apiUrl: provider.url },
        signedByTwilio(authToken),
      );
    [desk, other] = [await connect(product.acme, account), await connect(product.globex, otherAccount)];
  });
  after(async () => {
    await product?.close();
    await provider.stop();
  });
  afterEach(async () => {
    provider.behaveWell(accountSid);
    provider.beforeAnswer = undefined;
    await desk.setActive(true);
    await expectAllTold([desk, other]);
  });

  let lastPhone = 351_910_000_000;
  const newPhone = () => `+${++lastPhone}`;
  /** A message to our number, as Twilio tells of it. */
  const inbound = (from: string, fields: Readonly<Record<string, string>>) => ({
    ToCountry: 'PT',
    SmsStatus: 'received',
    SmsMessageSid: '',
    MessageSid: newSid('SM'),
    AccountSid: account.accountSid,
    From: from,
    To: ourNumber,
    NumMedia: '0',
    ApiVersion: '2010-04-01',
    ...fields,
  });
  const receive = async (from: string, fields: Readonly<Record<string, string>>) => {
    const form = inbound(from, fields);
    await desk.receive(twilioForm(form));
    return form.MessageSid;
  };
  const newChat = async () => {
    const phone = newPhone();
    const sid = await receive(phone, { Body: 'Hello?' });
    return { phone, sid, conversationId: (await desk.messageOf(sid)).conversationId };
  };
  /** What was sent to this number last. */
  const sentTo = (phone: string): AcceptedTwilio => {
    const found = provider.accepted(accountSid).findLast(({ to }) => to === phone);
    if (!found) throw new Error(`Nothing was sent to ${phone}.`);
    return found;
  };
  /** A receipt, to the address that Twilio was told with the message. */
  const tellStatus = async (message: AcceptedTwilio, status: TwilioStatus, errorCode?: number) => {
    const url = message.fields.get('StatusCallback') ?? '';
    const body = statusForm(message, status, errorCode);
    const reply = await postWebhook(url, body, signedByTwilio(account.authToken)(body, url));
    expect(reply).to.deep.equal({ status: 200, contentType: null, body: '' });
    await desk.tenant.applied();
  };
  const linesOf = async (conversationId: number) =>
    (await desk.thread(conversationId)).filter(({ type }) => type === 'system').map(({ content }) => content);

  describe('at the door', () => {
    it('only what is signed for our address, with its fields, is taken', async () => {
      const body = twilioForm(inbound(newPhone(), { Body: 'Olá, 50% & more = less? ☎' }));
      const url = desk.webhookUrl;
      const { authToken } = account;
      const changed = twilioForm(inbound(newPhone(), { Body: 'Something else' }));
      await expectForged(product, [
        { url, body, headers: {} },
        { url, body, headers: signedByTwilio(otherAccount.authToken)(body, url) },
        { url, body, headers: signedByTwilio(authToken)(body, other.webhookUrl) },
        { url, body, headers: signedByTwilio(authToken)(body, `${url}?`) },
        { url, body, headers: signedByTwilio('')(body, url) },
        { url, body: changed, headers: signedByTwilio(authToken)(body, url) },
        { url: other.webhookUrl, body, headers: signedByTwilio(authToken)(body, other.webhookUrl) },
      ]);
      expect(await desk.post(body)).to.deep.equal({ status: 200, contentType: null, body: '' });
      await desk.tenant.applied();
      expect(
        await desk.tenant.query(`SELECT 1 FROM messages WHERE content = $1`, ['Olá, 50% & more = less? ☎']),
      ).to.have.length(1);
    });

    it('the address that counts is the public one, whatever the request was sent to', async () => {
      const publicUrl = 'https://inbox.example';
      const door = await openDoor(product.context, { publicUrl });
      const path = new URL(desk.webhookUrl).pathname;
      const body = twilioForm(inbound(newPhone(), { Body: 'Through a proxy' }));
      const post = (signedFor: string) =>
        postWebhook(`${door.url}${path}`, body, signedByTwilio(account.authToken)(body, signedFor));
      expect((await post(`${door.url}${path}`)).status).to.equal(401);
      expect((await post(`http://inbox.example${path}`)).status).to.equal(401);
      expect(await post(`${publicUrl}${path}`)).to.include({ status: 200, body: '' });
      await door.close();
    });

    it('what speaks for another account is dropped, and what comes again changes nothing', async () => {
      const foreign = twilioForm({
        ...inbound(newPhone(), { Body: 'Hi' }),
        AccountSid: otherAccount.accountSid,
      });
      const before = await everything(product);
      expect(await desk.post(foreign)).to.include({ status: 200, body: '' });
      expect(await everything(product)).to.deep.equal(before);
      const body = twilioForm(inbound(newPhone(), { Body: 'Once' }));
      await desk.receive(body);
      const once = await everything(product);
      await desk.receive(body);
      expect(await everything(product)).to.deep.equal(once);
    });
  });

  describe('what comes in', () => {
    it('a text is a conversation with a customer whose number is known, and agents hear of it', async () => {
      const agent = await AgentClient.connect(product.url, product.acme.token);
      const { phone, sid, conversationId } = await newChat();
      const { body } = await desk.tenant.http<Conversation>('GET', `/conversations/${conversationId}`);
      expect(body).to.deep.include({ platform: 'sms', unreadCount: 1, windowExpiresAt: null });
      const [customer] = await desk.tenant.query('SELECT name, phone FROM customers WHERE id = $1', [
        body.customer.id,
      ]);
      expect(customer).to.deep.equal({ name: phone, phone });
      const message = await desk.messageOf(sid);
      await agent.until('the agent hears it', client =>
        client.of('message.created').some(({ data }) => data.message.id === message.id),
      );
      agent.close();
    });

    it('pictures are fetched with our credentials, which stay with Twilio', async () => {
      const pictures = [await noise(50, 30), await noise(20, 60, 'png')] as const;
      const sid = await receive(newPhone(), {
        MessageSid: newSid('MM'),
        Body: 'Two',
        NumMedia: '3',
        MediaUrl0: provider.addFile(accountSid, 'image/jpeg', pictures[0]),
        MediaContentType0: 'image/jpeg',
        MediaUrl1: provider.addFile(accountSid, 'image/png', pictures[1]),
        MediaContentType1: 'image/png',
        MediaUrl2: provider.addFile(accountSid, 'image/png', pictures[1], `${product.url}/api/v1/health`),
        MediaContentType2: 'image/png',
      });
      const { content, attachments } = await desk.withFiles(sid);
      expect(content).to.equal('Two');
      const [one, two, elsewhere] = attachments;
      expect(one).to.include({ state: 'stored', mimeType: 'image/jpeg', width: 50, height: 30 });
      expect(two).to.include({ state: 'stored', mimeType: 'image/png', width: 20, height: 60 });
      expect((await fetched(one?.url ?? null)).bytes.equals(pictures[0])).to.equal(true);
      expect((await fetched(two?.url ?? null)).bytes.equals(pictures[1])).to.equal(true);
      expect(provider.storageRequests).to.have.length(2);
      for (const headers of provider.storageRequests) expect(headers).to.not.have.property('authorization');
      // Nobody is led into our own network.
      expect(elsewhere).to.include({ state: 'unavailable', url: null });
      expect(elsewhere?.error).to.match(/not a web server's|an address of our own network/);
    });

    it('STOP and START are shown, and the thread says what they mean', async () => {
      const { phone, conversationId } = await newChat();
      await receive(phone, { Body: ' Stop ' });
      provider.failNext(accountSid, twilioError(400, 21610, 'Attempt to send to unsubscribed recipient'));
      const sent = await desk.send(conversationId, 'Before you go');
      expect((await desk.becomes(sent, 'failed')).error).to.deep.equal({
        code: '21610',
        message: 'The customer has opted out by STOP. They must write START before you can write to them.',
      });
      await receive(phone, { Body: 'START', OptOutType: 'START' });
      expect(await linesOf(conversationId)).to.deep.equal([
        'The customer wants no more text messages: nothing can be sent until they write START.',
        'The customer takes text messages again.',
      ]);
      const words = (await desk.thread(conversationId)).filter(({ direction }) => direction === 'inbound');
      expect(words.map(({ content }) => content)).to.deep.equal(['Hello?', ' Stop ', 'START']);
      await desk.becomes(await desk.send(conversationId, 'Welcome back'), 'sent');
    });
  });

  describe('what goes out', () => {
    it('a text goes from our number, with the address that its receipts go to', async () => {
      const { phone, conversationId } = await newChat();
      const sent = await desk.send(conversationId, 'Olá & welcome');
      await desk.becomes(sent, 'sent');
      const { sid, fields } = sentTo(phone);
      expect(Object.fromEntries(fields)).to.deep.equal({
        To: phone,
        From: ourNumber,
        Body: 'Olá & welcome',
        StatusCallback: desk.channel.webhookUrl,
      });
      expect(await desk.externalIdOf(sent)).to.equal(sid);
    });

    const orders: readonly (readonly [readonly TwilioStatus[], Message['status']])[] = [
      [['queued', 'sending', 'sent', 'delivered'], 'delivered'],
      [['delivered', 'sent', 'sending'], 'delivered'],
      [['sent', 'undelivered'], 'failed'],
      [['failed', 'delivered'], 'delivered'],
      [['delivered', 'undelivered'], 'delivered'],
      [['read', 'delivered', 'sent'], 'read'],
    ];
    it('receipts end at the highest, in whatever order they come', async () => {
      for (const [statuses, end] of orders) {
        const { phone, conversationId } = await newChat();
        const sent = await desk.send(conversationId, statuses.join());
        await desk.becomes(sent, 'sent');
        for (const status of statuses)
          await tellStatus(sentTo(phone), status, /fail|undeliv/.test(status) ? 30003 : undefined);
        const { status, error } = await desk.show(sent);
        expect(status, statuses.join()).to.equal(end);
        expect(error, statuses.join()).to.deep.equal(
          end === 'failed'
            ? {
                code: '30003',
                message: "The customer's phone could not be reached: it is switched off, or out of service.",
              }
            : null,
        );
      }
    });

    it('a receipt that is faster than the answer waits for it', async () => {
      const { phone, conversationId } = await newChat();
      const seen: string[] = [];
      provider.beforeAnswer = async message => {
        await tellStatus(message, 'delivered');
        seen.push(...(await desk.thread(conversationId)).map(({ status }) => status));
      };
      const sent = await desk.send(conversationId, 'Fast');
      await desk.becomes(sent, 'delivered');
      expect(seen.at(-1)).to.equal('sending');
      expect(await desk.externalIdOf(sent)).to.equal(sentTo(phone).sid);
    });

    it('files go by links that Twilio fetches by itself', async () => {
      const { phone, conversationId } = await newChat();
      const bytes = await noise(40, 40);
      const uploads = [
        await desk.upload({ bytes, filename: 'lamp.jpg', mimeType: 'image/jpeg' }),
        await desk.upload({ bytes: sampleFiles.pdf, filename: 'offer.pdf', mimeType: 'application/pdf' }),
      ];
      const sent = await desk.send(conversationId, { content: 'Both', attachments: uploads });
      await desk.becomes(sent, 'sent');
      const { fields, files } = sentTo(phone);
      expect(fields.get('Body')).to.equal('Both');
      expect(
        files.map((file, index) => file.equals([bytes, sampleFiles.pdf][index] as Buffer)),
      ).to.deep.equal([true, true]);
    });

    it('credentials that are refused stop the channel, which goes on when somebody resumes it', async () => {
      const { phone, conversationId } = await newChat();
      provider.failNext(accountSid, twilioError(401, 20003, 'Authenticate'));
      const sent = await desk.send(conversationId, 'Kept');
      await until('the channel has stopped', async () => (await desk.shown()).health === 'reauthorise');
      expect((await desk.shown()).healthMessage).to.match(/Take the present ones from the console/);
      expect((await desk.show(sent)).status).to.equal('pending');
      await desk.setActive(true);
      await desk.becomes(sent, 'sent');
      expect(sentTo(phone).fields.get('Body')).to.equal('Kept');
      expect(await wholeContent(product.acme)).to.not.contain(account.authToken);
    });
  });
});

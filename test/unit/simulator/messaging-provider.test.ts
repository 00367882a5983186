import { expect } from 'chai';
import { Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import {
  graphError,
  type MessagingAccount,
  MessagingProvider,
  messagingCustomer,
} from '../../../src/simulator/index.ts';
import { adapterOf, channelSettings, secretOf } from './platform-samples.ts';
import { messageTo, messagingAccount, outboundFile } from './provider-rigs.ts';
import { io, quickRetry, rejection, WebhookReceiver } from './webhook-receiver.ts';

const person = '25990000000000001';
const door = { url: 'https://inbox.example/webhooks' };

for (const platform of ['facebook', 'instagram'] as const)
  describe(`MessagingProvider, of ${platform}`, () => {
    const adapter = adapterOf(platform);
    const isPage = platform === 'facebook';
    const settings = channelSettings[platform];
    let receiver: WebhookReceiver;
    let provider: MessagingProvider;
    let account: MessagingAccount;
    let apiUrl: string;
    let now: Date;
    beforeEach(async () => {
      now = new Date();
      receiver = new WebhookReceiver(adapter, secretOf(platform));
      await receiver.start();
      account = messagingAccount(platform, `${receiver.url}/webhooks`);
      provider = new MessagingProvider({
        accounts: [account],
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
    const send = (...given: [Parameters<typeof messageTo>[1], Parameters<typeof messageTo>[2]?]) =>
      adapter.send?.(messageTo(platform, ...given), settings, io(apiUrl));

    it('subscribes, and tells how the account stands', async () => {
      const check = () => adapter.check?.(settings, io(apiUrl), door);
      expect(await check()).to.include({ health: 'warning', isSubscribed: false });
      await adapter.connect?.(settings, io(apiUrl), door);
      expect(await check()).to.include({ health: 'ok', isSubscribed: true });
      provider.addAccount({ ...account, accessToken: 'another' });
      expect(await check()).to.include({ health: 'reauthorise' });
    });

    it('takes replies, answers to tap, reactions and files', async () => {
      const url = provider.addFile(account.id, 'lamp.jpg', 'image/jpeg', Buffer.from('a lamp'));
      await send('Yes', { replyToExternalId: 'm_0' });
      await send({ type: 'buttons', text: 'Which?', choices: [{ id: 'red', title: 'Red' }] });
      await send({ type: 'reaction', targetExternalId: 'm_0', emoji: '❤️' });
      await send({ type: 'media', files: [outboundFile(Buffer.from('a lamp'), url)] });
      const calls = provider.calls(account.id);
      expect(calls.map(({ personId }) => personId)).to.deep.equal(Array(4).fill(person));
      expect(calls[0]?.body.reply_to).to.deep.equal({ mid: 'm_0' });
      expect(calls[2]?.body.sender_action).to.equal('react');
      const [, question, picture] = provider.accepted(account.id);
      expect(question?.message.quick_replies).to.have.length(1);
      expect(picture?.file?.bytes.toString()).to.equal('a lamp');
      expect(picture?.file?.mimeType).to.equal('image/jpeg');
    });

    it('refuses what Meta refuses', async () => {
      const tooLong = platform === 'facebook' ? 'x'.repeat(2001) : 'é'.repeat(501);
      const gone = outboundFile(Buffer.from('x'), `${apiUrl}/cdn/gone`);
      const refused = [
        send(tooLong),
        send('Hi', { to: [{ kind: platform === 'facebook' ? 'psid' : 'igsid', value: 'no body' }] }),
        // A file goes to Messenger with its bytes.
        ...(platform === 'instagram' ? [send({ type: 'media', files: [gone] })] : []),
      ];
      for (const sending of refused) {
        const error = await rejection(sending);
        expect(error).to.be.instanceOf(Rejected);
        expect(error).to.include({ scope: 'message', code: '100' });
      }
      expect(provider.accepted(account.id)).to.deep.equal([]);
    });

    it('keeps the windows of those who wrote through it', async () => {
      await provider.deliver(account.id, [messagingCustomer.inboundText(person, 'Hello?', { at: now })]);
      now = new Date(now.getTime() + 25 * 3_600_000);
      expect(await rejection(send('Late'))).to.include({ scope: 'window' });
      await send('Late', { isHumanAgent: true });
      now = new Date(now.getTime() + 7 * 24 * 3_600_000);
      expect(await rejection(send('Too late', { isHumanAgent: true }))).to.include({ scope: 'window' });
    });

    it('tells who somebody is, once they have written', async () => {
      const nameOf = async (id = person) => {
        const what = adapter.whoIs?.({ aliases: [{ kind: isPage ? 'psid' : 'igsid', value: id }] }) ?? '';
        const pulled = await adapter.pull?.(what, settings, io(apiUrl));
        const facts = pulled?.bodies.flatMap(({ body }) => adapter.parse(body, now)) ?? [];
        return facts.map(fact => fact.kind === 'profile' && fact.contact);
      };
      const aliases = [{ kind: isPage ? 'psid' : 'igsid', value: person }];
      provider.introduce(account.id, person, { name: 'Ana Maria Sousa' });
      expect(await nameOf()).to.deep.equal([]);
      const stranger = '25990000000000002';
      await provider.deliver(account.id, [
        messagingCustomer.inboundText(person, 'Hi'),
        messagingCustomer.inboundText(stranger, 'Hi'),
      ]);
      const username = isPage ? {} : { profile: { username: 'ana.maria.sousa' } };
      expect(await nameOf()).to.deep.equal([{ aliases, name: 'Ana Maria Sousa', ...username }]);
      expect(await nameOf(stranger)).to.deep.equal([]);
      provider.failNext(account.id, graphError(500, 1), 1, 'profile');
      expect(await rejection(nameOf())).to.be.instanceOf(Unavailable);
    });

    it('echoes, and tells what was delivered and read', async () => {
      provider.behave(account.id, {
        receipts: [
          { status: 'echo', afterMs: 0 },
          { status: 'delivered', afterMs: 0 },
          { status: 'read', afterMs: 1 },
        ],
      });
      const receipt = await send('Bom dia');
      await provider.whenIdle();
      const echo = receiver.facts.find(({ kind }) => kind === 'message');
      const told = receiver.facts.filter(({ kind }) => kind !== 'message');
      expect(echo).to.include({ kind: 'message', direction: 'outbound', externalId: receipt?.externalId });
      expect(echo).to.nested.include({ 'content.text': 'Bom dia', 'contact.aliases[0].value': person });
      expect(echo?.kind === 'message' && echo.correlator).to.equal(isPage ? '7.c0ffee' : undefined);
      expect(told.map(fact => [fact.kind, 'status' in fact && fact.status])).to.have.deep.members(
        isPage
          ? [
              ['receipt', 'delivered'],
              ['watermark', 'delivered'],
              ['watermark', 'read'],
            ]
          : [['receipt', 'read']],
      );
      provider.behave(account.id, { areReceiptsDropped: true });
      const amount = receiver.deliveries.length;
      await send('Silence');
      await provider.whenIdle();
      expect(receiver.deliveries).to.have.length(amount);
    });

    it('posts many events in one POST or in many, twice and shuffled', async () => {
      const events = Array.from({ length: 6 }, (_, index) =>
        messagingCustomer.inboundText(person, `${index}`),
      );
      await provider.deliver(account.id, events);
      expect(receiver.deliveries).to.have.length(1);
      await provider.deliver(account.id, events, { eventsPerPost: 1, copies: 2, isShuffled: true });
      expect(receiver.deliveries).to.have.length(13);
      expect(new Set(receiver.facts.map(({ externalId }) => externalId))).to.have.length(6);
    });

    it('serves customers’ files to everybody, until they are gone', async () => {
      const url = provider.addFile(account.id, 'a lamp.jpg', 'image/jpeg', Buffer.from('a lamp'));
      const fetched = await fetch(url);
      expect([fetched.headers.get('content-type'), await fetched.text()]).to.deep.equal([
        'image/jpeg',
        'a lamp',
      ]);
      provider.failNext(account.id, graphError(500, 1), 1, 'files');
      expect((await fetch(url)).status).to.equal(500);
      provider.removeFile(url);
      expect((await fetch(url)).status).to.equal(404);
    });
  });

describe('MessagingProvider, of Instagram’s own login', () => {
  it('gives a fresh token in the place of the old one', async () => {
    const provider = new MessagingProvider({ accounts: [messagingAccount('instagram')] });
    const baseUrl = await provider.start();
    const adapter = adapterOf('instagram');
    const settings = { ...channelSettings.instagram, login: 'instagram' };
    const renewed = await adapter.renew?.(settings, io(baseUrl));
    expect(renewed?.accessToken).to.be.a('string').and.not.equal(settings.accessToken);
    await adapter.send?.(messageTo('instagram', 'Hi'), { ...settings, ...renewed }, io(baseUrl));
    expect(provider.calls(settings.accountId)[0]?.path).to.equal(`/v23.0/${settings.accountId}/messages`);
    await provider.stop();
  });
});

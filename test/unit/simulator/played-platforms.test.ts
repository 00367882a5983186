import { Readable } from 'node:stream';
import { expect } from 'chai';
import { ForgedDelivery, Rejected } from '../../../src/platforms/adapter.ts';
import type { OutboundContent, OutboundFile } from '../../../src/platforms/outbound-message.ts';
import {
  type PlayedProvider,
  type PlayLine,
  planPlay,
  playedPlatforms,
  runSimulation,
} from '../../../src/simulator/index.ts';
import { adapterOf, channelSettings, playable, secretOf } from './platform-samples.ts';
import { io, quickRetry, rejection, WebhookReceiver } from './webhook-receiver.ts';

const line: PlayLine = {
  seed: 7,
  index: 3,
  customer: 2,
  name: 'Maya Cohen 2',
  text: 'Olá! 50 % & more = less? 🎉',
  at: new Date('2026-10-01T10:00:00Z'),
};
const shape = {
  customers: 4,
  messages: 50,
  rate: 5000,
  duplicates: 0.4,
  shuffle: true,
  delayMs: 5,
  seed: 11,
};
const url = 'https://inbox.example/webhooks/x/token';

for (const platform of playable)
  describe(`a play of ${platform}`, () => {
    const adapter = adapterOf(platform);
    const settings = channelSettings[platform];
    const played = playedPlatforms[platform](settings);
    const { messageId, body } = played.write(line);
    const secret = secretOf(platform);
    const deliveryOf = (headers: Readonly<Record<string, string>>, content = body) => ({
      method: 'POST',
      publicUrl: url,
      headers,
      body: content,
      receivedAt: new Date(),
    });
    const check = (headers: Readonly<Record<string, string>>, content?: Buffer, own = secret) =>
      adapter.authenticate(deliveryOf(headers, content), { signingSecrets: [own] });
    const [fact] = adapter.parse(body, line.at);

    it('signs as the platform does', () => {
      const headers = played.sign(body, url);
      check(headers);
      expect(() => check({})).to.throw(ForgedDelivery);
      expect(() => check(headers, body, 'another-secret')).to.throw(ForgedDelivery);
      const changed = Buffer.from(body.toString().replace('Maya', 'Maja').replace('more', 'most'));
      // Telegram proves who delivers, and not what.
      if (platform !== 'telegram') expect(() => check(headers, changed)).to.throw(ForgedDelivery);
      if (platform === 'sms') expect(() => check(played.sign(body, `${url}?`))).to.throw(ForgedDelivery);
    });

    it('is read as it was meant', () => {
      expect(played.write(line)).to.deep.equal({ messageId, body });
      expect(adapter.split?.(body) ?? [{ body }]).to.have.length(1);
      if (platform === 'tidio') {
        expect(fact).to.include({ kind: 'pull' });
        return;
      }
      if (fact?.kind !== 'message') throw new Error(`It was read as ${fact?.kind}.`);
      expect(fact).to.include({ direction: 'inbound', externalId: messageId, opensWindow: true });
      expect(fact.content).to.deep.include({ type: 'text', text: line.text });
      expect(fact.at).to.deep.equal(line.at);
      // The others do not say how people are called.
      if (['whatsapp', 'telegram', 'crisp'].includes(platform)) expect(fact.contact.name).to.equal(line.name);
    });

    it('names each customer alike, and each line differently, also for another seed', () => {
      const factsOf = (seed: number) =>
        planPlay({ ...shape, seed, duplicates: 0 }, played.write, line.at).flatMap(({ body: posted }) =>
          adapter.parse(posted, line.at),
        );
      const [one, other] = [factsOf(1), factsOf(2)];
      const people = one.map(found =>
        found.kind === 'message' ? found.contact.aliases[0]?.value : found.kind === 'pull' && found.what,
      );
      expect(new Set(people).size).to.equal(4);
      expect(new Set([...one, ...other].map(({ externalId }) => externalId)).size).to.equal(100);
    });

    it('arrives whole, with copies and in disorder', async () => {
      const receiver = new WebhookReceiver(adapter, secret);
      await receiver.start();
      receiver.script.push(500, 'reset');
      const heard = new Set<number>();
      const summary = await runSimulation(
        {
          ...{ ...shape, ...played, webhookUrl: `${receiver.url}/webhooks`, retry: quickRetry },
          hear: ({ index }) => heard.add(index),
        },
        () => undefined,
      );
      await receiver.stop();
      expect(summary).to.include({ messages: 50, acknowledgedMessages: 50, retries: 2 });
      expect(receiver.refusals).to.deep.equal([]);
      expect(heard.size).to.equal(50);
      const keys = new Set(receiver.deliveries.map(delivery => adapter.deliveryKey(delivery)));
      expect(keys.size).to.equal(50);
      expect(receiver.deliveries.length).to.be.greaterThan(52);
    });

    describe('with its provider', () => {
      const told: [string, string | undefined][] = [];
      let provider: PlayedProvider;
      let apiUrl: string;
      beforeEach(async () => {
        told.length = 0;
        provider = played.openProvider('', (to, words) => told.push([to, words]));
        apiUrl = await provider.start();
        provider.hear({ ...line, at: new Date() });
      });
      afterEach(() => provider.stop());

      if (platform === 'tidio') {
        it('gives the words that were only rung for', async () => {
          const what = fact?.kind === 'pull' ? fact.what : '';
          const pulled = await adapter.pull?.(what, settings, io(apiUrl));
          const [message] = pulled?.bodies.flatMap(page => adapter.parse(page.body, new Date())) ?? [];
          expect(message).to.include({ kind: 'message', externalId: messageId, direction: 'inbound' });
          expect(message).to.nested.include({ 'content.text': line.text, 'contact.name': line.name });
        });
        it('tells who writes in a ticket, and what it is about', () => {
          const ticket = played.write({ ...line, customer: 3 });
          const [message] = adapter.parse(ticket.body, line.at);
          expect(message).to.nested.include({ 'content.text': line.text, 'contact.name': line.name });
          expect(ticket.body.toString()).to.include(`"subject":"A question of ${line.name}"`);
        });
        return;
      }
      it('takes what the channel answers, and tells it', async () => {
        if (fact?.kind !== 'message') throw new Error('There is nobody to answer.');
        const message = {
          correlator: '7.c0ffee',
          to: fact.contact.aliases,
          content: { type: 'text', text: 'Bom dia' },
        } as const;
        const receipt = await adapter.send?.(message, settings, io(apiUrl));
        expect(receipt?.externalId).to.be.a('string');
        expect(told.map(([, words]) => words)).to.deep.equal(['Bom dia']);
        const wrong = Object.fromEntries(
          Object.entries(settings).map(([name, value]) => [
            name,
            /token$|key$/i.test(name) ? `${value.slice(0, -1)}x` : value,
          ]),
        );
        const refused = await rejection(adapter.send?.(message, wrong, io(apiUrl)));
        expect(refused).to.be.instanceOf(Rejected);
        expect(refused).to.include({ scope: 'reauthorise' });
        expect(told).to.have.length(1);
      });

      if (platform !== 'whatsapp') return;
      it('tells the words of what is more than text', async () => {
        if (fact?.kind !== 'message') throw new Error('There is nobody to answer.');
        const choices = [
          { id: '1', title: 'Oak' },
          { id: '2', title: 'Brass' },
        ];
        const invoice: OutboundFile = {
          kind: 'document',
          filename: 'invoice.pdf',
          mimeType: 'application/pdf',
          size: 1,
          isVoice: false,
          url: 'https://inbox.example/invoice.pdf',
          open: async () => Readable.from([Buffer.from('x')]),
        };
        const shipped = { type: 'template', name: 'order_shipped', language: 'en' } as const;
        const contents: readonly OutboundContent[] = [
          { type: 'buttons', text: 'Which one?', choices },
          { type: 'list', text: 'And now?', button: 'Choose', choices },
          { type: 'media', files: [invoice], text: 'Your invoice' },
          { type: 'media', files: [invoice] },
          { ...shipped, variables: ['Maya', '20418', 'Monday'] },
        ];
        for (const content of contents)
          await adapter.send?.(
            { correlator: '7.c0ffee', to: fact.contact.aliases, content },
            settings,
            io(apiUrl),
          );
        expect(told.map(([, words]) => words)).to.deep.equal([
          'Which one? [Oak] [Brass]',
          'And now? [Oak] [Brass]',
          '[document] Your invoice',
          '[document] invoice.pdf',
          '[order_shipped] Maya, 20418, Monday',
        ]);
      });
    });
  });

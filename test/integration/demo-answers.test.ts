import { expect } from 'chai';
import { callApi } from '../support/cli.ts';
import { type DemoServer, startDemo } from '../support/demo-server.ts';
import { until } from '../support/until.ts';

interface Conversation {
  readonly id: number;
  readonly windowExpiresAt: string | null;
  readonly customer: { readonly name: string };
}
interface Message {
  readonly id: number;
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}
interface Listed {
  readonly items: readonly Conversation[];
}
interface Thread {
  readonly items: readonly Message[];
}
interface Phones {
  readonly customers: readonly { readonly name: string }[];
}

describe('what agents of the demo write on WhatsApp', function () {
  this.timeout(90_000);
  let demo: DemoServer;
  let token: string;

  before(async () => {
    demo = await startDemo();
    const { email, password } = demo.login;
    const body = { tenant: 'demo', email, password };
    const signedIn = await callApi<{ accessToken: string }>(demo.url, 'POST', '/api/v1/auth/login', { body });
    token = signedIn.body.accessToken;
  });
  after(() => demo?.close());

  const api = <Body>(method: string, path: string, body?: unknown) =>
    callApi<Body>(demo.url, method, `/api/v1${path}`, { token, ...(body === undefined ? {} : { body }) });

  /** The newest conversation of each customer, whatever became of it. */
  async function conversations(): Promise<readonly Conversation[]> {
    const found = new Map<string, Conversation>();
    for (const status of ['new', 'open', 'pending', 'snoozed', 'resolved', 'archived']) {
      const { body } = await api<Listed>(
        'GET',
        `/conversations?platform=whatsapp&limit=100&status=${status}`,
      );
      for (const item of body.items) if (!found.has(item.customer.name)) found.set(item.customer.name, item);
    }
    return [...found.values()];
  }

  it('reaches each customer: by words while the window is open, and else by a template', async () => {
    const all = await conversations();
    const names = all.map(({ customer }) => customer.name);
    const phones = await callApi<Phones>(demo.url, 'GET', '/simulator/whatsapp');
    expect(phones.body.customers.map(({ name }) => name)).to.have.members(names);
    expect(names).to.include.members(['Giulia Romano', 'Thomas Keller']);
    expect(new Set(all.map(isOpen))).to.deep.equal(new Set([true, false]));

    const sent: [path: string, id: number][] = [];
    for (const conversation of all) {
      const path = `/conversations/${conversation.id}/messages`;
      const template = { name: 'question_open', language: 'en' };
      const { status, body } = await api<Message>(
        'POST',
        path,
        isOpen(conversation)
          ? { content: 'We have looked.' }
          : { type: 'template', template, variables: [conversation.customer.name] },
      );
      expect(status, conversation.customer.name).to.equal(201);
      sent.push([path, body.id]);
    }
    for (const [index, [path, id]] of sent.entries())
      await until(`the message to ${names[index]} has arrived`, async () => {
        const message = (await api<Thread>('GET', path)).body.items.find(item => item.id === id);
        if (message?.status === 'failed')
          throw new Error(`${names[index]}: ${message.error?.code} ${message.error?.message}`);
        return message?.status === 'delivered' || message?.status === 'read';
      });
  });

  it('leaves the failures that the sample tells of', async () => {
    const { body } = await api<Listed>('GET', '/conversations?q=Claire%20Dubois&platform=whatsapp');
    const thread = await api<Thread>('GET', `/conversations/${body.items[0]?.id}/messages`);
    expect(thread.body.items.map(({ error }) => error?.code)).to.include('131026');
  });
});

function isOpen({ windowExpiresAt }: Conversation): boolean {
  return windowExpiresAt !== null && new Date(windowExpiresAt) > new Date();
}

import type { Message } from '../../src/contract/messages.ts';
import {
  type AskedMessage,
  echoTo,
  fromCustomer,
  type MessagingAccount,
  MessagingProvider,
  messagingEnvelope,
  signedByApp,
} from './messaging-provider.ts';
import { ChannelDesk, expectAllTold } from './platform-desk.ts';
import { type Product, startProduct } from './product.ts';

export interface MessagingChat {
  readonly person: string;
  /** The customer's first message, in the platform's words and in ours. */
  readonly mid: string;
  readonly firstId: number;
  readonly conversationId: number;
}

/** The app that serves all tenants. */
export const sharedApp = { appSecret: 'the-secret-of-the-shared-app' };

let last = 25_990_000_000_000_000n;
/** Ids of digits that no number of JavaScript holds. */
export const newPerson = () => String(++last);
export const newMid = () => `m_in_${++last}`;

/** A product with a page (or an Instagram account) of each tenant, all at one provider. */
export class MessagingStage {
  readonly product: Product;
  readonly provider: MessagingProvider;
  readonly page: MessagingAccount;
  readonly otherPage: MessagingAccount;
  readonly desk: ChannelDesk;
  readonly other: ChannelDesk;
  readonly #object: 'page' | 'instagram';

  private constructor(
    product: Product,
    provider: MessagingProvider,
    [page, otherPage]: readonly [MessagingAccount, MessagingAccount],
    [desk, other]: readonly [ChannelDesk, ChannelDesk],
  ) {
    this.product = product;
    this.provider = provider;
    this.page = page;
    this.otherPage = otherPage;
    this.desk = desk;
    this.other = other;
    this.#object = desk.channel.platform === 'facebook' ? 'page' : 'instagram';
  }

  static async open(platform: 'facebook' | 'instagram'): Promise<MessagingStage> {
    const accountOf = (slug: string, index: number): MessagingAccount => ({
      id: `66001100000000${index}`,
      accessToken: `access-token-of-${slug}`,
      appSecret: `app-secret-of-${slug}`,
    });
    const accounts = [accountOf('acme', 1), accountOf('globex', 2)] as const;
    const provider = new MessagingProvider(accounts);
    await provider.start();
    try {
      const product = await startProduct({ variables: { META_APP_SECRET: sharedApp.appSecret } });
      const connect = (tenant: Product['acme'], { id, accessToken, appSecret }: MessagingAccount) =>
        ChannelDesk.connect(
          product,
          tenant,
          platform,
          {
            ...(platform === 'facebook'
              ? { pageId: id, pageAccessToken: accessToken }
              : { accountId: id, accessToken }),
            appSecret,
            apiUrl: provider.url,
          },
          body => signedByApp({ appSecret }, body),
        );
      const desks = [await connect(product.acme, accounts[0]), await connect(product.globex, accounts[1])];
      return new MessagingStage(product, provider, accounts, desks as [ChannelDesk, ChannelDesk]);
    } catch (error) {
      await provider.stop();
      throw error;
    }
  }

  /** After a test: everything behaves, everything is done, and the events tell all of it. */
  async rest(): Promise<void> {
    this.provider.faults.length = 0;
    this.provider.beforeAnswer = undefined;
    await this.desk.setActive(true);
    await expectAllTold([this.desk, this.other]);
  }
  async close(): Promise<void> {
    await this.product.close();
    await this.provider.stop();
  }

  /** A webhook of the first page with these events. */
  envelope(...events: object[]): Buffer {
    return messagingEnvelope(this.#object, { account: this.page, events });
  }
  does(person: string, content: Readonly<Record<string, unknown>>, at?: number) {
    return fromCustomer(this.page, person, content, at);
  }
  says(person: string, message: object, at?: number) {
    return this.does(person, { message }, at);
  }
  /** Something that left the page without us. */
  outside(person: string, message: Readonly<Record<string, unknown>>) {
    return echoTo(this.page, person, message);
  }
  /** What the platform tells of a message that was sent, with the metadata that it was given. */
  echo(person: string, { messageId, body }: AskedMessage): Buffer {
    return this.envelope(
      this.outside(person, { ...(body.message as object), mid: messageId, app_id: 1_234_500_055 }),
    );
  }

  /** A customer who has just written for the first time. */
  async newChat(): Promise<MessagingChat> {
    const [person, mid] = [newPerson(), newMid()];
    await this.desk.receive(this.envelope(this.says(person, { mid, text: 'Hello?' })));
    const { id: firstId, conversationId } = await this.desk.messageOf(mid);
    return { person, mid, firstId, conversationId };
  }
  async outbound(conversationId: number): Promise<Message[]> {
    return (await this.desk.thread(conversationId)).filter(message => message.direction === 'outbound');
  }
  /** The last message that the provider was asked to send to this person. */
  asked(person: string): AskedMessage {
    const message = this.provider.messagesTo(person).at(-1);
    if (!message) throw new Error(`Nothing was sent to ${person}.`);
    return message;
  }
}

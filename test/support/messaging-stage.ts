import type { Message } from '../../src/contract/messages.ts';
import {
  type AcceptedMessaging,
  type MessagingAccount,
  type MessagingCall,
  type MessagingEvent,
  MessagingProvider,
  messagingBody,
  messagingCustomer,
  newMid,
  signedByMeta,
} from '../../src/simulator/index.ts';
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

type Content = Readonly<Record<string, unknown>>;

/** A product with a page (or an Instagram account) of each tenant, all at one provider. */
export class MessagingStage {
  readonly product: Product;
  readonly provider: MessagingProvider;
  readonly page: MessagingAccount;
  readonly otherPage: MessagingAccount;
  readonly desk: ChannelDesk;
  readonly other: ChannelDesk;

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
  }

  static async open(platform: 'facebook' | 'instagram'): Promise<MessagingStage> {
    const accountOf = (slug: string, index: number): MessagingAccount => ({
      object: platform === 'facebook' ? 'page' : 'instagram',
      id: `66001100000000${index}`,
      accessToken: `access-token-of-${slug}`,
      appSecret: `app-secret-of-${slug}`,
      webhookUrl: '',
    });
    const accounts = [accountOf('acme', 1), accountOf('globex', 2)] as const;
    const provider = new MessagingProvider({ accounts });
    await provider.start();
    try {
      const product = await startProduct({ variables: { META_APP_SECRET: sharedApp.appSecret } });
      const connect = async (tenant: Product['acme'], account: MessagingAccount) => {
        const { id, accessToken, appSecret } = account;
        const own =
          platform === 'facebook'
            ? { pageId: id, pageAccessToken: accessToken }
            : { accountId: id, accessToken };
        const settings = { ...own, appSecret, apiUrl: provider.url };
        const desk = await ChannelDesk.connect(product, tenant, platform, settings, signedByMeta(appSecret));
        provider.addAccount({ ...account, webhookUrl: desk.webhookUrl });
        return desk;
      };
      const desks = [await connect(product.acme, accounts[0]), await connect(product.globex, accounts[1])];
      const [page, otherPage] = accounts.map(({ id }) => provider.account(id)) as [
        MessagingAccount,
        MessagingAccount,
      ];
      return new MessagingStage(product, provider, [page, otherPage], desks as [ChannelDesk, ChannelDesk]);
    } catch (error) {
      await provider.stop();
      throw error;
    }
  }

  /** After a test: everything behaves, everything is done, and the events tell all of it. */
  async rest(): Promise<void> {
    this.provider.behaveWell(this.page.id);
    this.provider.beforeAnswer = undefined;
    await this.desk.setActive(true);
    await expectAllTold([this.desk, this.other]);
  }
  async close(): Promise<void> {
    await this.product.close();
    await this.provider.stop();
  }

  /** A webhook of the first page with these events. */
  envelope(...events: MessagingEvent[]): Buffer {
    return messagingBody(this.page.object, { id: this.page.id, events });
  }
  does(person: string, content: Content, at?: number): MessagingEvent {
    return messagingCustomer.inbound(person, content, at === undefined ? undefined : new Date(at));
  }
  says(person: string, message: Content, at?: number): MessagingEvent {
    return this.does(person, { message }, at);
  }
  /** Something that left the page without us. */
  outside(person: string, { mid, ...fields }: Content & { readonly mid: string }): MessagingEvent {
    return messagingCustomer.businessEcho(person, fields, { mid });
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
  /** What the provider was asked to send to this person, whatever it answered. */
  messagesTo(person: string): readonly MessagingCall[] {
    return this.#callsTo(person).filter(({ body }) => 'message' in body);
  }
  /** Reactions to messages of this person. */
  actionsOn(person: string): readonly MessagingCall[] {
    return this.#callsTo(person).filter(({ body }) => 'sender_action' in body);
  }
  /** The last message to this person that was taken. */
  asked(person: string): AcceptedMessaging {
    const found = [this.page, this.otherPage]
      .flatMap(({ id }) => this.provider.accepted(id))
      .findLast(({ personId }) => personId === person);
    if (!found) throw new Error(`Nothing was sent to ${person}.`);
    return found;
  }
  #callsTo(person: string): readonly MessagingCall[] {
    return this.provider.calls(this.page.id).filter(({ personId }) => personId === person);
  }
}

import { ProviderAccount } from '../provider-account.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import { newSid, type TwilioEvent, type TwilioStatus } from './twilio-event.ts';

export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  readonly friendlyName?: string;
  readonly numbers?: readonly TwilioNumber[];
}
export interface TwilioNumber {
  /** As `+351…`; also senders that no API tells of, such as `whatsapp:+351…`. */
  readonly phoneNumber: string;
  /** Where messages to it are posted; a business may set it by the API. */
  readonly webhookUrl?: string;
}

export type TwilioOperation = 'messages' | 'media';

/** What was asked of `/Messages.json` with the right credentials, whatever was answered. */
export interface TwilioCall {
  readonly accountSid: string;
  readonly fields: URLSearchParams;
}
/** A message of the business that was taken, whether or not the provider managed to say so. */
export interface AcceptedTwilio extends TwilioCall {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  /** Fetched from the addresses in it. */
  readonly files: readonly Buffer[];
  readonly at: Date;
}

interface NumberState {
  readonly sid: string;
  readonly phoneNumber: string;
  webhookUrl: string;
}

/** Everything that the provider keeps about one account. */
export class TwilioState extends ProviderAccount<TwilioAccount, TwilioStatus, TwilioOperation> {
  readonly calls: TwilioCall[] = [];
  readonly accepted: AcceptedTwilio[] = [];
  readonly numbers: NumberState[] = [];
  /** Where the file behind a path is kept. */
  readonly media = new Map<string, string>();
  readonly #optedOut = new Set<string>();

  constructor(account: TwilioAccount, sender: WebhookSender) {
    super(account, sender);
    this.own(account.numbers ?? []);
  }

  /** Also tells a number that is there already where its messages go. */
  own(numbers: readonly TwilioNumber[]): void {
    for (const { phoneNumber, webhookUrl } of numbers) {
      const known = this.numbers.find(number => number.phoneNumber === phoneNumber);
      if (known !== undefined) known.webhookUrl = webhookUrl ?? known.webhookUrl;
      else {
        const sid = newSid('PN', `${this.account.accountSid} ${phoneNumber}`);
        this.numbers.push({ sid, phoneNumber, webhookUrl: webhookUrl ?? '' });
      }
    }
  }

  /** Learns who wants no more messages. */
  note(to: string, { from, fields }: TwilioEvent): void {
    const word = (fields.OptOutType ?? fields.Body ?? '').trim().toUpperCase();
    if (word === 'STOP') this.#optedOut.add(`${to} ${from}`);
    if (word === 'START') this.#optedOut.delete(`${to} ${from}`);
  }

  hasOptedOut(from: string, to: string): boolean {
    return this.#optedOut.has(`${from} ${to}`);
  }
}

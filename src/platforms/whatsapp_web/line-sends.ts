import { buffer } from 'node:stream/consumers';
import {
  type OutboundContent,
  type OutboundFile,
  type OutboundMessage,
  OutcomeUnknown,
  Rejected,
  type SentReceipt,
  Unavailable,
} from '../adapter.ts';
import { errorOf, notConnected } from './session-faults.ts';
import type { FromSession, SessionContent, ToSession } from './session-protocol.ts';
import { destinationOf } from './whatsapp-web-contact.ts';

/** A session answers sooner, whatever happens in it. */
const answerWithinMs = 45_000;

interface Pending {
  readonly resolve: (receipt: SentReceipt) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  hasStarted: boolean;
}

/** Messages on their way through a session. */
export class LineSends {
  readonly #tell: (message: ToSession) => boolean;
  readonly #pending = new Map<number, Pending>();
  #next = 0;

  /** `tell` returns whether a session is there to hear it. */
  constructor(tell: (message: ToSession) => boolean) {
    this.#tell = tell;
  }

  /** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
  async send(message: OutboundMessage): Promise<SentReceipt> {
    const to = destinationOf(message.to);
    if (to === undefined)
      throw new Rejected('message', 'no_address', 'We know no WhatsApp number of this customer.');
    const content = await contentOf(message.content);
    const request = this.#next++;
    const outcome = new Promise<SentReceipt>((resolve, reject) => {
      const timer = setTimeout(() => this.#interrupt(request, true), answerWithinMs);
      this.#pending.set(request, { resolve, reject, timer, hasStarted: false });
    });
    const isTold = this.#tell({
      type: 'send',
      request,
      message: {
        correlator: message.correlator,
        to,
        content,
        ...(message.replyToExternalId === undefined ? {} : { replyTo: message.replyToExternalId }),
      },
    });
    if (!isTold) this.#interrupt(request, false);
    return outcome;
  }

  hear(message: Extract<FromSession, { type: 'sendStarted' | 'sent' }>): void {
    const pending = this.#pending.get(message.request);
    if (pending === undefined) return;
    if (message.type === 'sendStarted') {
      pending.hasStarted = true;
      return;
    }
    const { outcome } = message;
    if ('fault' in outcome) this.#give(message.request, pending.reject, errorOf(outcome.fault));
    else this.#give(message.request, pending.resolve, outcome);
  }

  /** The session is gone. What it had begun may have been sent. */
  fail(): void {
    for (const [request, { hasStarted }] of [...this.#pending]) this.#interrupt(request, hasStarted);
  }

  #interrupt(request: number, mayBeSent: boolean): void {
    const pending = this.#pending.get(request);
    if (pending) this.#give(request, pending.reject, interrupted(mayBeSent));
  }

  #give<Value>(request: number, settle: (value: Value) => void, value: Value): void {
    clearTimeout(this.#pending.get(request)?.timer);
    this.#pending.delete(request);
    settle(value);
  }
}

function interrupted(mayBeSent: boolean): OutcomeUnknown | Unavailable {
  return mayBeSent
    ? new OutcomeUnknown('WhatsApp Web did not confirm the message; it may have been sent.')
    : notConnected();
}

async function contentOf(content: OutboundContent): Promise<SessionContent> {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: content.text };
    case 'media': {
      // One file in each message: the abilities say so.
      const [file] = content.files as readonly [OutboundFile];
      const { kind, filename, mimeType, isVoice } = file;
      const caption = content.text === undefined || kind === 'sticker' ? {} : { caption: content.text };
      return { type: 'file', kind, filename, mimeType, isVoice, bytes: await bytesOf(file), ...caption };
    }
    case 'reaction':
      return { type: 'reaction', target: content.targetExternalId, emoji: content.emoji };
    default:
      throw new Rejected(
        'message',
        'unsupported',
        'WhatsApp Web knows no templates and no buttons. Write a text instead.',
      );
  }
}

async function bytesOf(file: OutboundFile): Promise<Buffer> {
  try {
    return await buffer(await file.open());
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    throw new Rejected(
      'message',
      'file_gone',
      `The file ${file.filename} is not there any more. Send it anew.`,
    );
  }
}

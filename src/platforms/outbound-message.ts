import type { Readable } from 'node:stream';
import type { FileKind } from '../contract/channels.ts';
import type { Alias } from './inbound-fact.ts';

/** A file of ours that goes out. Its kind is one that the abilities name; its size and type fit the rule there. */
export interface OutboundFile {
  readonly kind: FileKind;
  readonly filename: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  /** Spoken into the composer: shown with a wave where the platform knows that. */
  readonly isVoice: boolean;
  /** The bytes, from the start; may be called again for another try. Throws when the file is gone, Unavailable when it is not now. */
  open(): Promise<Readable>;
  /** Where the platform can fetch the file by itself for an hour. */
  readonly url: string;
}
/** An answer that the customer may tap; `id` comes back. */
export interface Choice {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}
/** Degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly name: string;
  readonly address: string;
}
export type OutboundContent =
  | { readonly type: 'text'; readonly text: string }
  /** At least one file; `text` goes with the first. */
  | { readonly type: 'media'; readonly files: readonly OutboundFile[]; readonly text?: string }
  | { readonly type: 'buttons'; readonly text: string; readonly choices: readonly Choice[] }
  /** `button` opens the list. */
  | {
      readonly type: 'list';
      readonly text: string;
      readonly button: string;
      readonly choices: readonly Choice[];
    }
  | {
      readonly type: 'template';
      readonly name: string;
      readonly language: string;
      /** Fill the placeholders of the body, in order. */
      readonly variables: readonly string[];
      /** Of the placeholders, where they are named and not numbered. */
      readonly variableNames?: readonly string[];
      readonly header?:
        | {
            readonly text: string;
            /** Of its placeholder, where that is named. */
            readonly name?: string;
          }
        | { readonly file: OutboundFile }
        | { readonly location: Place };
      /** What the button at this place (from 0) gives back, or puts at the end of its address. */
      readonly buttons?:
        | readonly {
            readonly index: number;
            readonly kind: 'reply' | 'url';
            readonly value: string;
          }[]
        | undefined;
    }
  /** `emoji` empty takes the reaction back. */
  | { readonly type: 'reaction'; readonly targetExternalId: string; readonly emoji: string };

/** What the composer wrote, with everything the platform needs and nothing of our database. */
export interface OutboundMessage {
  /** Ours, unique for ever (a uuid); given to the platform where it echoes it back. */
  readonly correlator: string;
  readonly to: readonly Alias[];
  readonly content: OutboundContent;
  readonly replyToExternalId?: string;
  /** Of the conversation: '' for chats, a ticket's id, a mail's root. As in its messages. */
  readonly threadKey?: string;
  /** For platforms whose conversations have a subject: it, and the ids of the conversation's messages, oldest first, at most 20. */
  readonly thread?: { readonly subject: string | null; readonly externalIds: readonly string[] };
  /** Further recipients, where the platform has them. */
  readonly copies?: { readonly cc: readonly string[]; readonly bcc: readonly string[] };
  /** The window is closed, but a person's own words may still go (`humanAgentHours`): they must be marked as such. */
  readonly isHumanAgent?: boolean;
}
export interface SentReceipt {
  readonly externalId: string;
  /** Further addresses of the recipient that the platform told us. */
  readonly aliases: readonly Alias[];
  /** Copies that the platform did not take, while the customer has the message; `reason` is a sentence for an agent. */
  readonly refusedCopies?: readonly { readonly address: string; readonly reason: string }[];
}

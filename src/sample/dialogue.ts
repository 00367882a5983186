import type { ConversationStatus, Priority } from '../contract/conversations.ts';
import type { CustomerKey } from './customers.ts';

/** The four agents of the sample company; `admin` is whoever owns the demo. */
export type AgentKey = 'maria' | 'lena' | 'tomas' | 'aisha' | 'admin';
export type ChannelKey = 'whatsapp' | 'instagram' | 'facebook' | 'widget' | 'email' | 'telegram' | 'api';
export type TagName =
  | 'refund'
  | 'batch-17'
  | 'pre-sale'
  | 'vip'
  | 'address'
  | 'invoice'
  | 'warranty'
  | 'bulk'
  | 'fr'
  | 'delivery';

interface Timing {
  /** Minutes since the line before; without it a gap that fits who speaks. */
  readonly after?: number;
}
interface Marks extends Timing {
  /** The line (counted from 0, in the dialogue as written) that this one quotes. */
  readonly quotes?: number;
  /** An emoji that the other side put on it. */
  readonly reaction?: string;
  /** What it said before it was edited. */
  readonly was?: string;
  readonly isDeleted?: true;
  readonly photo?: string;
  readonly document?: string;
  /** Seconds. */
  readonly voice?: number;
}
/** What the customer sends; `c: ''` where a file or a place stands for itself. */
export interface CustomerLine extends Marks {
  readonly c: string;
  readonly location?: { latitude: number; longitude: number; name: string; address: string };
  readonly card?: { name: string; phone: string };
  readonly choice?: { id: string; title: string };
}
export interface AgentLine extends Marks {
  readonly a: string;
  readonly by?: AgentKey;
  /** `window`: refused because the window for free text was closed. */
  readonly outcome?: 'window' | 'unreachable';
}
/** A colleague named with an @ is mentioned; `@Owner` becomes the name of whoever owns the demo. */
export interface NoteLine extends Timing {
  readonly n: string;
  readonly by?: AgentKey;
}
/** From here on it is somebody else's. */
export interface HandoverLine extends Timing {
  readonly to: AgentKey;
  readonly by: AgentKey;
}
/** `c`: the customer, `a`: the agent, `n`: a note. */
export type Line = `${'c' | 'a' | 'n'} ${string}` | CustomerLine | AgentLine | NoteLine | HandoverLine;

export interface DialogueHead {
  readonly who: CustomerKey;
  readonly on: ChannelKey;
  readonly is: ConversationStatus;
  /** Who has it at the end; without it nobody. */
  readonly agent?: AgentKey;
  /** A team that has it while nobody of it does. */
  readonly team?: 'support' | 'sales';
  /**
   * Minutes or hours since the customer began to wait, or, where nobody waits, since the last message.
   * Days: it began so many days ago, in daytime.
   */
  readonly ago: `${number}${'m' | 'h' | 'd'}`;
  /** Of a snoozed one: hours from now. */
  readonly wakesIn?: number;
  readonly priority?: Priority;
  readonly tags?: readonly TagName[];
  readonly subject?: string;
  readonly language?: string;
}
export interface Dialogue extends DialogueHead {
  readonly lines: readonly Line[];
}

export function talk(head: DialogueHead, lines: readonly Line[]): Dialogue {
  return { ...head, lines };
}

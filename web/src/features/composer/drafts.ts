export interface PlaceDraft {
  readonly name: string;
  readonly address: string;
  readonly latitude: string;
  readonly longitude: string;
}
export interface TemplateDraft {
  readonly name: string;
  readonly language: string;
  readonly variables: readonly string[];
  /** What stands for the placeholder of the header. */
  readonly header?: string | undefined;
  /** The place in the header, as it was typed. */
  readonly place?: PlaceDraft | undefined;
  /** What each button is given, by its place from 0. */
  readonly buttons?: Readonly<Record<number, string>> | undefined;
  /** Name and language are typed, not chosen from the platform's list. */
  readonly isTyped?: boolean | undefined;
}

export interface ChoiceDraft {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}
/** Answers to tap, under a text. */
export interface ChoicesDraft {
  readonly kind: 'buttons' | 'list';
  /** What opens the list. */
  readonly button: string;
  readonly items: readonly ChoiceDraft[];
}
/** Who else a mail goes to. */
export interface Copies {
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
}

/** What is being written, by conversation; it survives a reload and a crash. */
export interface Draft {
  readonly reply: string;
  readonly note: string;
  readonly template: TemplateDraft;
  readonly choices?: ChoicesDraft | undefined;
  /** Without it: as the customer's last mail has them. */
  readonly copies?: Copies | undefined;
  /** A note that was handed in and not answered yet, under the name by which the server knows it when it comes again. */
  readonly noteTry?: { readonly text: string; readonly clientId: string } | undefined;
}

export const emptyTemplate: TemplateDraft = { name: '', language: 'en', variables: [] };
const emptyDraft: Draft = { reply: '', note: '', template: emptyTemplate };

export function holdsText({ name, variables, isTyped }: TemplateDraft): boolean {
  return name !== '' || isTyped === true || variables.some(value => value !== '');
}

function isEmpty({ reply, note, template, choices, copies }: Draft): boolean {
  return reply === '' && note === '' && !holdsText(template) && !choices && !copies;
}

/** What is left of a text when `sent` has gone out and its writer has gone on meanwhile. */
export function withoutSent(held: string, sent: string): string {
  return held.startsWith(sent) ? held.slice(sent.length).trimStart() : held;
}

export interface DraftStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The drafts of one person. Every letter is stored as it is typed: there is no moment at which a crash could take it. */
export class Drafts {
  readonly #storage: DraftStorage;
  readonly #prefix: string;
  readonly #held = new Map<number, Draft>();
  readonly #listeners = new Set<() => void>();

  /** `scope` keeps what belongs to this tenant and user apart. */
  constructor(storage: DraftStorage, scope: string) {
    this.#storage = storage;
    this.#prefix = `concierge.draft.${scope}.`;
  }

  /** The same object until it changes. */
  of(conversationId: number): Draft {
    const held = this.#held.get(conversationId) ?? this.#read(conversationId);
    this.#held.set(conversationId, held);
    return held;
  }

  /** May also come late, from a conversation that was left: it is applied to what the draft is by then. */
  change(conversationId: number, change: (held: Draft) => Partial<Draft>): void {
    const held = this.#held.get(conversationId) ?? this.#read(conversationId);
    const draft = { ...held, ...change(held) };
    if (this.#held.has(conversationId)) this.#held.set(conversationId, draft);
    this.#write(conversationId, draft);
    for (const listener of this.#listeners) listener();
  }

  /** Nobody looks at it here any more; another tab may change it meanwhile. */
  forget(conversationId: number): void {
    this.#held.delete(conversationId);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #read(conversationId: number): Draft {
    try {
      const stored: unknown = JSON.parse(this.#storage.getItem(this.#prefix + conversationId) ?? '{}');
      return { ...emptyDraft, ...(stored as Partial<Draft>) };
    } catch {
      return emptyDraft;
    }
  }

  #write(conversationId: number, draft: Draft): void {
    const key = this.#prefix + conversationId;
    try {
      if (isEmpty(draft)) this.#storage.removeItem(key);
      else this.#storage.setItem(key, JSON.stringify(draft));
    } catch {
      // A full or forbidden storage costs the reload safety, not the writing.
    }
  }
}

/** What is being written, by conversation; it survives a reload and a crash. */
export interface Draft {
  readonly reply: string;
  readonly note: string;
}

export const emptyDraft: Draft = { reply: '', note: '' };

function keyOf(scope: string, conversationId: number): string {
  return `concierge.draft.${scope}.${conversationId}`;
}

export function readDraft(scope: string, conversationId: number): Draft {
  try {
    return {
      ...emptyDraft,
      ...(JSON.parse(localStorage.getItem(keyOf(scope, conversationId)) ?? '{}') as Partial<Draft>),
    };
  } catch {
    return emptyDraft;
  }
}

export function writeDraft(scope: string, conversationId: number, draft: Draft): void {
  try {
    const key = keyOf(scope, conversationId);
    if (draft.reply === '' && draft.note === '') localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // A full or forbidden storage costs the reload safety, not the writing.
  }
}

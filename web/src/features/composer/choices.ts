import type { Abilities, SendMessageBody } from '../../../../src/contract/index.ts';
import { newClientId } from '../../realtime/client-id.ts';
import type { ChoiceDraft, ChoicesDraft } from './drafts.ts';

export type ChoicesKind = ChoicesDraft['kind'];
/** What a channel takes of answers to tap. */
export interface ChoicesRule {
  readonly maximum: number;
  readonly maximumTitleLength: number;
  /** 0: answers have no description. */
  readonly maximumDescriptionLength: number;
  readonly maximumTextLength: number;
}

/** What opens a list may be this long on every channel: the contract says so. */
export const longestListButton = 20;

export function rulesOf(abilities: Abilities | undefined): Partial<Record<ChoicesKind, ChoicesRule>> {
  if (!abilities?.send.includes('interactive')) return {};
  const { buttons, list } = abilities;
  return {
    ...(buttons && { buttons: { ...buttons, maximumDescriptionLength: 0 } }),
    ...(list && { list }),
  };
}

export const newChoice = (): ChoiceDraft => ({ id: newClientId(), title: '', description: '' });

export function newChoices(kind: ChoicesKind): ChoicesDraft {
  return { kind, button: '', items: [newChoice(), newChoice()] };
}

export interface ChoiceFault {
  /** `button`, `title <id>` or `description <id>`. */
  readonly field: string;
  readonly message: string;
  /** Only told when somebody wants to send. */
  readonly isMissing: boolean;
}

/** What the channel would refuse, from top to bottom. */
export function choiceFaults({ kind, button, items }: ChoicesDraft, rule: ChoicesRule): ChoiceFault[] {
  const faults: ChoiceFault[] = [];
  const check = (field: string, text: string, longest: number, isNeeded: boolean) => {
    const length = text.trim().length;
    if (length > longest) faults.push({ field, message: `${length - longest} too many.`, isMissing: false });
    else if (isNeeded && length === 0) faults.push({ field, message: 'Fill this in.', isMissing: true });
  };
  if (kind === 'list') check('button', button, longestListButton, true);
  const seen = new Set<string>();
  for (const [index, { id, title, description }] of items.entries()) {
    const field = `title ${id}`;
    const words = title.trim().toLocaleLowerCase();
    if (index >= rule.maximum)
      faults.push({ field, message: `No more than ${rule.maximum} fit. Remove this one.`, isMissing: false });
    else if (words !== '' && seen.has(words))
      faults.push({ field, message: 'Another answer says the same.', isMissing: true });
    else check(field, title, rule.maximumTitleLength, true);
    seen.add(words);
    if (kind === 'list') check(`description ${id}`, description, rule.maximumDescriptionLength, false);
  }
  return faults;
}

/** The part of a message's body that the answers are. */
export function choicesBody({
  kind,
  button,
  items,
}: ChoicesDraft): Pick<SendMessageBody, 'type' | 'buttons' | 'list'> {
  const choices = items.map(({ id, title, description }) => ({
    id,
    title: title.trim(),
    description: kind === 'list' && description.trim() !== '' ? description.trim() : undefined,
  }));
  return kind === 'buttons'
    ? { type: 'interactive', buttons: choices }
    : { type: 'interactive', list: { button: button.trim(), choices } };
}

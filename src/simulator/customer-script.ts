/** What customers begin with, for plays. Two scripts and an emoji, so that nobody forgets that text is not ASCII. */
export const openings: readonly string[] = [
  'Hello, is anybody there?',
  'Where is my order? It should have come on Monday.',
  'Do you have this in blue?',
  'I would like to return the shoes, they are too small 😕',
  'Can I change my delivery address?',
  'Olá! Ainda têm a mochila de 20 litros?',
  'こんにちは、配送について質問があります。',
  'The discount code does not work.',
  'Thank you, the parcel has arrived 🎉',
  'What are your opening hours?\nI would come by tomorrow.',
];

export const customerNames: readonly string[] = [
  'Ana Ribeiro',
  'Rui Pinto',
  'Maya Cohen',
  'Jonas Weber',
  'Chloé Martin',
  'Kenji Sato',
  'Amara Okafor',
  'Lucía Romero',
];

const answers: readonly { readonly to: RegExp; readonly line: string }[] = [
  { to: /\b(order|reference)\b.*(number|\?)/i, line: 'It is order 20418, from last Tuesday.' },
  { to: /\be-?mail\b/i, line: 'You can write to me here, that is easiest.' },
  { to: /\baddress\b/i, line: 'Rua das Flores 12, Porto.' },
  { to: /\b(photo|picture)\b/i, line: 'I cannot take one right now, maybe later.' },
  { to: /\b(refund|return)\b/i, line: 'A refund would be best. How long does it take?' },
  { to: /\b(sorry|apologi[sz]e)\b/i, line: 'No problem, it happens.' },
  { to: /\?/, line: 'Yes, please.' },
];
const fallbacks: readonly string[] = ['Okay.', 'Good to know, thank you!', 'That helps. Have a nice day 🙂'];

/**
 * The customer's answer to a message of the business. `turn` counts the answers given since the customer last wrote
 * unasked; after three there is none, so that two machines do not talk for ever.
 */
export function answerOf(text: string, turn: number): string | undefined {
  const fallback = fallbacks[turn];
  if (fallback === undefined) return undefined;
  return answers.find(({ to }) => to.test(text))?.line ?? fallback;
}

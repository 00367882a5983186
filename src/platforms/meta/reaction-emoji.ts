import { type JsonObject, textOf } from '../json.ts';

const namedEmoji: ReadonlyMap<unknown, string> = new Map([
  ['love', '❤️'],
  ['smile', '😆'],
  ['haha', '😆'],
  ['wow', '😮'],
  ['sad', '😢'],
  ['angry', '😠'],
  ['like', '👍'],
  ['dislike', '👎'],
]);
/** For a reaction that names nothing we know; it must not look as if it were taken back. */
const unnamed = '❔';
/** The longest that a reaction may be; whole families with skin tones are shorter. */
const maximumLength = 32;

/** The emoji itself, else the one that belongs to the reaction's name. */
export function emojiOf(reaction: JsonObject): string {
  const given = textOf(reaction.emoji)?.trim();
  return given !== undefined && given.length <= maximumLength
    ? given
    : (namedEmoji.get(reaction.reaction) ?? unnamed);
}

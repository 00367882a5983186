const link = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}])/gu;

/** Addresses become links; everything else stays the text it is. */
export function LinkedText({ text }: { text: string }) {
  return text.split(link).map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
      <a key={index} href={part} target="_blank" rel="noreferrer noopener nofollow">
        {part}
      </a>
    ) : (
      part
    ),
  );
}

/** For people to read only: no place on any disk is made of it. Marks that turn the direction of writing hide endings. */
export function cleanFilename(name: string | undefined): string {
  const readable = (name ?? '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\]/g, '_')
    .trim();
  return [...readable].slice(-200).join('') || 'file';
}

/**
 * A name for what is sent, by which the server knows it when it comes again: a random UUID. `crypto.randomUUID` is not
 * there on a page that was served without TLS from another machine.
 */
export function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, index) => {
    if (index === 6) return (0x40 | (byte & 0x0f)).toString(16);
    if (index === 8) return (0x80 | (byte & 0x3f)).toString(16);
    return byte.toString(16).padStart(2, '0');
  });
  return [4, 6, 8, 10]
    .reduceRight((parts, at) => [...parts.slice(0, at), '-', ...parts.slice(at)], hex)
    .join('');
}

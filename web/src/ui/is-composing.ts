/**
 * Whether this key press belongs to the choice of a character in Chinese, Japanese or Korean input. Safari has ended the
 * composition before it tells of the Enter that ends it; only the code 229 still says so.
 */
export function isComposing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === 229;
}

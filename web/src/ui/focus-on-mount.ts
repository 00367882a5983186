import { scrollerOf } from './scroller-of.ts';

/**
 * As the `ref` of what takes the place of the element that had the focus: the keys go on from there, and it is seen from
 * its beginning. What is higher than the screen would be scrolled until it lies under the title of its dialog.
 */
export function focusOnMount(element: HTMLElement | null): void {
  if (element === null) return;
  element.focus({ preventScroll: true });
  scrollerOf(element)?.scrollTo({ top: 0 });
}

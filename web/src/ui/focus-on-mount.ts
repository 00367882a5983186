/** As the `ref` of what takes the place of the element that had the focus: the keys go on from there. */
export function focusOnMount(element: HTMLElement | null): void {
  element?.focus();
}

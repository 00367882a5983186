import type { Locator, Page } from 'playwright-core';

/** What runs inside the page: as text where it needs the document, which the tests' own compilation does not know. */

interface Look {
  readonly backgroundColor: string;
  readonly direction: string;
}
interface BrowserWindow {
  getComputedStyle(element: unknown): Look;
}

export const lookOf = (locator: Locator): Promise<Look> =>
  locator.evaluate(element => {
    const { backgroundColor, direction } = (globalThis as unknown as BrowserWindow).getComputedStyle(element);
    return { backgroundColor, direction };
  });

/** The panes whose content is wider than they are. */
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('html, main, section, aside, nav, [role="listbox"]')]
    .filter(element => element.scrollWidth > element.clientWidth + 1)
    .filter(element => !element.closest('[class*="visuallyHidden"]'))
    .map(element => element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.className))`);
}

/** Scrolls the list down until there is nothing more; the greatest number of rows that were in the page at once. */
export function scrollToEnd(page: Page): Promise<number> {
  return page.evaluate(`(async () => {
    const list = document.querySelector('[role="listbox"]');
    let most = 0;
    while (list.querySelector('[aria-setsize="-1"]') || list.scrollTop + list.clientHeight < list.scrollHeight - 2) {
      list.scrollTop = list.scrollHeight;
      await new Promise(resolve => requestAnimationFrame(resolve));
      most = Math.max(most, list.querySelectorAll('[role="option"]').length);
    }
    return most;
  })()`);
}

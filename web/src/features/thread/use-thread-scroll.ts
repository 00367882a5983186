import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ThreadItem } from './thread-items.ts';

const atEndWithinPx = 60;
const loadOlderWithinPx = 400;
const flashMs = 1300;

interface ThreadScrollOptions {
  items: readonly ThreadItem[] | null;
  hasOlder: boolean;
  loadOlder: () => void;
}

interface ThreadScroll {
  box: RefObject<HTMLElement | null>;
  content: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  isAtEnd: boolean;
  /** How many came while the end was out of sight. */
  unseen: number;
  toEnd: () => void;
  show: (messageId: number) => void;
}

/**
 * The end stays in sight while one is there; older pages come in above without moving what one reads; what comes
 * while one reads further up is only counted.
 */
export function useThreadScroll({ items, hasOlder, loadOlder }: ThreadScrollOptions): ThreadScroll {
  const box = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isPinned = useRef(true);
  const held = useRef<{ firstKey: string | undefined; lastKey: string | undefined; height: number }>({
    firstKey: undefined,
    lastKey: undefined,
    height: 0,
  });
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [unseen, setUnseen] = useState(0);

  const toEnd = useCallback(() => {
    const element = box.current;
    if (!element) return;
    isPinned.current = true;
    element.scrollTop = element.scrollHeight;
    setIsAtEnd(true);
    setUnseen(0);
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !items) return;
    const first = items.find(item => item.kind !== 'day')?.key;
    const last = items.at(-1);
    const before = held.current;
    if (isPinned.current || (last?.key !== before.lastKey && last?.kind === 'outgoing')) toEnd();
    else {
      if (before.firstKey !== first) element.scrollTop += element.scrollHeight - before.height;
      if (last && last.key !== before.lastKey && before.lastKey !== undefined) setUnseen(count => count + 1);
    }
    held.current = { firstKey: first, lastKey: last?.key, height: element.scrollHeight };
  }, [items, toEnd]);

  // Images and fonts arrive late, and the composer grows: the end stays the end.
  useEffect(() => {
    const element = box.current;
    const inner = content.current;
    if (!element || !inner) return;
    const observer = new ResizeObserver(() => {
      if (isPinned.current) element.scrollTop = element.scrollHeight;
      held.current.height = element.scrollHeight;
    });
    observer.observe(element);
    observer.observe(inner);
    return () => observer.disconnect();
  }, []);

  const load = useRef({ hasOlder, loadOlder });
  load.current = { hasOlder, loadOlder };
  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const isEnd = element.scrollHeight - element.scrollTop - element.clientHeight < atEndWithinPx;
    isPinned.current = isEnd;
    setIsAtEnd(isEnd);
    if (isEnd) setUnseen(0);
    if (element.scrollTop < loadOlderWithinPx && load.current.hasOlder) load.current.loadOlder();
  }, []);
  // A page that does not fill the column cannot be scrolled: the next one is asked for at once.
  useEffect(() => {
    if (items && hasOlder) onScroll();
  }, [items, hasOlder, onScroll]);

  const show = useCallback((messageId: number) => {
    const line = document.getElementById(`message-${messageId}`);
    if (!line) return;
    line.scrollIntoView({ block: 'center' });
    line.dataset.flash = 'true';
    setTimeout(() => delete line.dataset.flash, flashMs);
  }, []);
  return { box, content, onScroll, isAtEnd, unseen, toEnd, show };
}

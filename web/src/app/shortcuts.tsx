import { createContext, type ReactNode, use, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { usePreferences } from './preferences.ts';

type Handler = (event: KeyboardEvent) => void;
interface Registry {
  add(keys: string, handler: Handler): () => void;
}

const Context = createContext<Registry | null>(null);
const sequenceLastsMs = 1200;
/** What lies open over the page: Escape closes that, and nothing below it. */
const openPlaces = '[role="dialog"], [role="menu"], [role="combobox"][aria-expanded="true"]';
/** Held down, only these go on. */
const repeatable = ['j', 'k', 'ArrowDown', 'ArrowUp'];

/** The key of a plain key press outside of fields, or `null`. Letters are compared as typed, in any layout. */
export function plainKey(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.altKey || event.metaKey || event.getModifierState('AltGraph')) return null;
  if (event.isComposing || event.defaultPrevented) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (
    target?.closest(
      'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="combobox"]',
    )
  )
    return null;
  if (/^Arrow(Up|Down)$/.test(event.key) && target && isWithinScroller(target)) return null;
  return event.key;
}

/** Whether the browser would move something with the arrow keys here, beside the page as a whole. */
function isWithinScroller(target: Element): boolean {
  for (
    let element: Element | null = target;
    element && element !== document.body;
    element = element.parentElement
  )
    if (/^(auto|scroll)$/.test(getComputedStyle(element).overflowY)) return true;
  return false;
}

/** One listener for the page. The handler that was added last for a key answers to it. */
export function ShortcutProvider({ children }: { children: ReactNode }) {
  const { shortcuts } = usePreferences();
  const handlers = useRef(new Map<string, Handler[]>());
  const registry = useMemo<Registry>(
    () => ({
      add: (keys, handler) => {
        handlers.current.set(keys, [...(handlers.current.get(keys) ?? []), handler]);
        return () => {
          const rest = (handlers.current.get(keys) ?? []).filter(other => other !== handler);
          handlers.current.set(keys, rest);
        };
      },
    }),
    [],
  );
  const isCovered = useRef(false);
  // Looked at while the event is on its way down: a menu that Escape closes is gone before the event comes up again.
  // And as a layout effect, so that it is the first to hear of a key: dialogs listen there too.
  useLayoutEffect(() => {
    const look = () => {
      isCovered.current = document.querySelector(openPlaces) !== null;
    };
    window.addEventListener('keydown', look, { capture: true });
    return () => window.removeEventListener('keydown', look, { capture: true });
  }, []);
  useEffect(() => {
    if (!shortcuts) return;
    let first: { key: string; at: number } | null = null;
    const onKeyDown = (event: KeyboardEvent) => {
      const key = plainKey(event);
      if (key === 'Escape' && isCovered.current) return;
      if (!key || (event.repeat && !repeatable.includes(key))) return;
      const isSequence = first !== null && event.timeStamp - first.at < sequenceLastsMs;
      const keys = isSequence ? `${first?.key} ${key}` : key;
      first = null;
      const handler = handlers.current.get(keys)?.at(-1);
      if (handler) {
        event.preventDefault();
        return handler(event);
      }
      if (!isSequence && [...handlers.current.keys()].some(known => known.startsWith(`${key} `)))
        first = { key, at: event.timeStamp };
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [shortcuts]);
  return <Context value={registry}>{children}</Context>;
}

/** `keys` is what `event.key` says, or two of them: `g m`. */
export function useShortcut(keys: string, handler: Handler | null): void {
  const registry = use(Context);
  const latest = useRef(handler);
  latest.current = handler;
  const isOn = handler !== null;
  useEffect(() => {
    if (!isOn) return;
    return registry?.add(keys, event => latest.current?.(event));
  }, [registry, keys, isOn]);
}

import { createContext, use, useCallback, useMemo, useState } from 'react';

export interface Preferences {
  theme: 'auto' | 'light' | 'dark';
  shortcuts: boolean;
  /** Mails are shown as they were laid out, not as their words. */
  mailLayout: boolean;
}

interface PreferencesState extends Preferences {
  set(change: Partial<Preferences>): void;
}

const storageKey = 'concierge.preferences';
const defaults: Preferences = { theme: 'auto', shortcuts: true, mailLayout: false };

function stored(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

export const PreferencesContext = createContext<PreferencesState | null>(null);

export function usePreferencesState(): PreferencesState {
  const [preferences, setPreferences] = useState(stored);
  const set = useCallback((change: Partial<Preferences>) => {
    setPreferences(held => {
      const next = { ...held, ...change };
      try {
        localStorage.setItem(storageKey, JSON.stringify(next));
      } catch {
        // Without storage the choice lasts until the page is closed.
      }
      return next;
    });
  }, []);
  return useMemo(() => ({ ...preferences, set }), [preferences, set]);
}

export function usePreferences(): PreferencesState {
  const preferences = use(PreferencesContext);
  if (!preferences) throw new Error('usePreferences needs its provider above it.');
  return preferences;
}

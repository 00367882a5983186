import { IconX } from '@tabler/icons-react';
import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from 'react';
import { IconButton, LinkButton } from './controls.tsx';
import styles from './toasts.module.css';

interface Toast {
  id: number;
  text: string;
  isError: boolean;
  action?: { label: string; run: () => void };
}
export interface Toasts {
  tell(text: string, action?: Toast['action']): void;
  warn(text: string, action?: Toast['action']): void;
}

const Context = createContext<Toasts | null>(null);
const shownMs = 6000;
const errorShownMs = 10_000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const lastId = useRef(0);
  const close = useCallback((id: number) => setToasts(list => list.filter(toast => toast.id !== id)), []);
  const api = useMemo<Toasts>(() => {
    const show = (text: string, isError: boolean, action?: Toast['action']) => {
      lastId.current += 1;
      const id = lastId.current;
      setToasts(list => [...list.slice(-2), { id, text, isError, action }]);
      setTimeout(() => close(id), isError ? errorShownMs : shownMs);
    };
    return {
      tell: (text, action) => show(text, false, action),
      warn: (text, action) => show(text, true, action),
    };
  }, [close]);
  return (
    <Context value={api}>
      {children}
      <div className={styles.stack} role="status" aria-live="polite">
        {toasts.map(toast => (
          <div key={toast.id} className={`${styles.toast} ${toast.isError ? styles.error : ''}`}>
            <span>{toast.text}</span>
            {toast.action ? (
              <LinkButton
                onClick={() => {
                  toast.action?.run();
                  close(toast.id);
                }}
              >
                {toast.action.label}
              </LinkButton>
            ) : null}
            <IconButton label="Dismiss" onClick={() => close(toast.id)}>
              <IconX size={14} />
            </IconButton>
          </div>
        ))}
      </div>
    </Context>
  );
}

export function useToasts(): Toasts {
  const toasts = use(Context);
  if (!toasts) throw new Error('useToasts needs a ToastProvider above it.');
  return toasts;
}

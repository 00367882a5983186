import { lazy, Suspense, useState } from 'react';
import { Outlet, useNavigate } from 'react-router';
import { useSimulator } from '../features/try-it/use-simulator.ts';
import { CommandPalette } from './command-palette.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Rail } from './rail.tsx';
import styles from './shell.module.css';
import { ShortcutHelp } from './shortcut-help.tsx';
import { ShortcutProvider, useShortcut } from './shortcuts.tsx';

const TryItPanel = lazy(async () => ({
  default: (await import('../features/try-it/try-it-panel.tsx')).TryItPanel,
}));

export function Shell() {
  return (
    <ShortcutProvider>
      <ShellBody />
    </ShortcutProvider>
  );
}

function ShellBody() {
  const hasSimulator = Boolean(useSimulator().data);
  const navigate = useNavigate();
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  const [isTryItOpen, setIsTryItOpen] = useState(false);
  useShortcut('?', () => setIsHelpOpen(true));
  useShortcut('g m', () => navigate('/inbox/mine'));
  useShortcut('g u', () => navigate('/inbox/unassigned'));
  useShortcut('g a', () => navigate('/inbox/all'));
  return (
    <div className={styles.app}>
      <Rail
        onHelp={() => setIsHelpOpen(true)}
        onPalette={() => setIsPaletteOpen(true)}
        onTryIt={hasSimulator ? () => setIsTryItOpen(open => !open) : null}
        isTryItOpen={isTryItOpen}
      />
      <div className={styles.main}>
        <ConnectionBanner />
        <div className={styles.outlet}>
          <Outlet />
        </div>
      </div>
      {hasSimulator && isTryItOpen ? (
        <Suspense>
          <TryItPanel onClose={() => setIsTryItOpen(false)} />
        </Suspense>
      ) : null}
      <ShortcutHelp isOpen={isHelpOpen} onClose={() => setIsHelpOpen(false)} />
      <CommandPalette isOpen={isPaletteOpen} onOpen={setIsPaletteOpen} onHelp={() => setIsHelpOpen(true)} />
    </div>
  );
}

import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/ScrollArea.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Group.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import '@mantine/core/styles/Drawer.css';
import '@mantine/core/styles/Input.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Combobox.css';
import '@mantine/core/styles/Pill.css';
import '@mantine/core/styles/PillsInput.css';
import '@mantine/core/styles/PasswordInput.css';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/Menu.css';
import '@mantine/core/styles/Switch.css';
import '../ui/tokens.css';
import '../ui/global.css';
import { DirectionProvider, MantineProvider, useMantineColorScheme } from '@mantine/core';
import { StrictMode, useLayoutEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { ToastProvider } from '../ui/toasts.tsx';
import { PreferencesContext, usePreferences, usePreferencesState } from './preferences.ts';
import { router } from './routes.tsx';
import { SessionGate } from './session-gate.tsx';
import { quietSchemeManager, theme } from './theme.ts';

/** The preference is the one place that knows the scheme. */
function SchemeFollower() {
  const { theme: wanted } = usePreferences();
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the setter is new in every render
  useLayoutEffect(() => setColorScheme(wanted), [wanted]);
  return null;
}

function App() {
  const preferences = usePreferencesState();
  const [routes] = useState(router);
  return (
    <PreferencesContext value={preferences}>
      <DirectionProvider initialDirection={document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr'}>
        <MantineProvider
          theme={theme}
          withCssVariables={false}
          withGlobalClasses={false}
          colorSchemeManager={quietSchemeManager}
          defaultColorScheme="auto"
        >
          <SchemeFollower />
          <ToastProvider>
            <SessionGate>
              <RouterProvider router={routes} />
            </SessionGate>
          </ToastProvider>
        </MantineProvider>
      </DirectionProvider>
    </PreferencesContext>
  );
}

const direction = new URLSearchParams(location.search).get('dir');
if (direction === 'rtl' || direction === 'ltr') document.documentElement.dir = direction;
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );

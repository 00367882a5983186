import {
  createTheme,
  Drawer,
  type MantineColorSchemeManager,
  Menu,
  Modal,
  Popover,
  Select,
} from '@mantine/core';

/**
 * Scroll locking is off: it would put a style element into the page, which the content security policy refuses, and
 * the page itself never scrolls.
 */
export const theme = createTheme({
  primaryColor: 'indigo',
  respectReducedMotion: true,
  components: {
    Modal: Modal.extend({
      defaultProps: {
        lockScroll: false,
        closeButtonProps: { 'aria-label': 'Close' },
        centered: true,
        radius: 14,
        transitionProps: { duration: 120 },
      },
      styles: { title: { fontWeight: 600, fontSize: 14.5 } },
    }),
    Drawer: Drawer.extend({
      styles: { title: { fontWeight: 600, fontSize: 14.5 } },
      defaultProps: { lockScroll: false, closeButtonProps: { 'aria-label': 'Close' } },
    }),
    Menu: Menu.extend({
      defaultProps: {
        radius: 10,
        shadow: 'md',
        // A key that follows Escape at once belongs to the page, not to a menu that is fading away.
        transitionProps: { duration: 80, exitDuration: 0 },
        withinPortal: false,
        withInitialFocusPlaceholder: false,
      },
    }),
    Popover: Popover.extend({
      defaultProps: { radius: 10, shadow: 'md', transitionProps: { duration: 80 } },
    }),
    Select: Select.extend({
      defaultProps: { checkIconPosition: 'right', comboboxProps: { shadow: 'md', radius: 10 } },
    }),
  },
});

/** The preferences say the scheme; nothing is stored a second time. */
export const quietSchemeManager: MantineColorSchemeManager = {
  get: fallback => fallback,
  set: () => {},
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => {},
};

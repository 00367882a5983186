import { createBrowserRouter, Navigate } from 'react-router';
import { InboxPage } from '../features/inbox/inbox-page.tsx';
import { RouteProblem } from './route-problem.tsx';
import { Shell } from './shell.tsx';

/** The inbox is in the first file; settings come when somebody goes there. */
export function router() {
  return createBrowserRouter([
    {
      element: <Shell />,
      errorElement: <RouteProblem />,
      children: [
        { path: '/inbox/:view?/:id?', element: <InboxPage /> },
        {
          path: '/settings',
          lazy: async () => ({
            Component: (await import('../features/settings/settings-page.tsx')).SettingsPage,
          }),
          children: [
            { index: true, element: <Navigate to="profile" replace /> },
            {
              path: 'channels',
              lazy: async () => ({
                Component: (await import('../features/channels/channels-page.tsx')).ChannelsPage,
              }),
            },
            {
              path: 'team',
              lazy: async () => ({ Component: (await import('../features/team/team-page.tsx')).TeamPage }),
            },
            {
              path: 'profile',
              lazy: async () => ({
                Component: (await import('../features/profile/profile-page.tsx')).ProfilePage,
              }),
            },
          ],
        },
        { path: '*', element: <Navigate to="/inbox/mine" replace /> },
      ],
    },
  ]);
}

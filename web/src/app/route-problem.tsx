import { PlaceState } from '../ui/controls.tsx';

/** A fault of ours, or a part of the app that could not be loaded. What was being written is stored already. */
export function RouteProblem() {
  return (
    <PlaceState isAlert title="This page stumbled" action={{ label: 'Reload', run: () => location.reload() }}>
      Your drafts are kept. Reload to go on; if it happens again, tell whoever runs Concierge for you.
    </PlaceState>
  );
}

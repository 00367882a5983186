import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { me } from '../../../src/contract/index.ts';
import { ApiError, sentenceOf } from '../api/api-error.ts';
import { ApiClient } from '../api/client.ts';
import { isSignOutOpen } from '../api/sign-out-mark.ts';
import { uploadFile } from '../api/upload.ts';
import { Drafts } from '../features/composer/drafts.ts';
import { Uploads } from '../features/composer/uploads.ts';
import { SignInDialog } from '../features/sign-in/sign-in-dialog.tsx';
import { SignInPage } from '../features/sign-in/sign-in-page.tsx';
import { openAgentSocket } from '../realtime/agent-socket.ts';
import { Desk } from '../realtime/desk.ts';
import { PlaceState } from '../ui/controls.tsx';
import { type Me, type Session, SessionContext } from './session.ts';
import { ShellSkeleton } from './shell-skeleton.tsx';

type Stage =
  | { name: 'opening' }
  | { name: 'signed-out' }
  | { name: 'failed'; reason: string }
  | { name: 'ready'; session: Session; isExpired: boolean };

/** A local clock that is off by less than this is taken at its word: the header has whole seconds only. */
const clockToleranceMs = 2000;

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Events keep the data true; what they do not cover names its own age.
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 10 * 60_000,
        networkMode: 'always',
        retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status < 500),
      },
    },
  });
}

export function SessionGate({ children }: { children: ReactNode }) {
  const [stage, setStage] = useState<Stage>({ name: 'opening' });
  const offsetMs = useRef(0);
  const clock = useCallback(() => Date.now() + offsetMs.current, []);
  const openDesk = useRef<Desk | null>(null);
  const newClient = useCallback(
    () =>
      new ApiClient({
        onExpired: () =>
          setStage(now => (now.name === 'ready' ? { ...now, isExpired: true } : { name: 'signed-out' })),
        onReplaced: () => {
          openDesk.current?.close();
          setStage({ name: 'opening' });
          // What the address names is not theirs, and in another tenant the same number is something else.
          location.replace('/');
        },
        onServerTime: ms => {
          const difference = ms - Date.now();
          offsetMs.current = Math.abs(difference) > clockToleranceMs ? difference : 0;
        },
      }),
    [],
  );
  const [api, setApi] = useState(newClient);

  const enter = useCallback(async () => {
    const profile = await api.call(me, {});
    const queries = newQueryClient();
    const scope = `${profile.tenant.slug}.${profile.user.id}`;
    const desk = new Desk({
      api,
      viewer: profile.user.id,
      scope,
      queries,
      openSocket: () => openAgentSocket({ origin: '', token: isRefused => api.freshToken(isRefused) }),
    });
    openDesk.current = desk;
    const drafts = new Drafts(localStorage, scope);
    const newUploads = () =>
      new Uploads({ send: (file, options) => uploadFile(api, file, options), sentenceOf });
    const files = { uploads: newUploads(), headerFiles: newUploads() };
    await desk.start();
    const signOut = () => {
      desk.close();
      queries.clear();
      void api.signOut().catch(() => {});
      setApi(newClient());
      setStage({ name: 'signed-out' });
    };
    setStage({
      name: 'ready',
      session: { api, me: profile, desk, drafts, ...files, queries, clock, signOut },
      isExpired: false,
    });
  }, [api, newClient, clock]);

  const open = useCallback(async () => {
    setStage({ name: 'opening' });
    try {
      await api.restore();
      await enter();
    } catch (error) {
      const isOver = error instanceof ApiError && error.status === 401;
      if (isOver || isSignOutOpen()) setStage({ name: 'signed-out' });
      else setStage({ name: 'failed', reason: sentenceOf(error) });
    }
  }, [api, enter]);
  const isOpened = useRef(false);
  useEffect(() => {
    if (isOpened.current) return;
    isOpened.current = true;
    void open();
  }, [open]);

  if (stage.name === 'opening') return <ShellSkeleton />;
  if (stage.name === 'signed-out') return <SignInPage api={api} onSignedIn={enter} />;
  if (stage.name === 'failed')
    return (
      <PlaceState
        isAlert
        title="The inbox could not be opened"
        action={{ label: 'Try again', run: () => void open() }}
      >
        {stage.reason}
      </PlaceState>
    );
  const { session, isExpired } = stage;
  return (
    <QueryClientProvider client={session.queries}>
      <SessionContext value={session}>
        {children}
        {isExpired ? (
          <SignInDialog
            api={api}
            me={session.me}
            onSignedIn={profile => onReturn(profile, session, setStage)}
            onLeave={session.signOut}
          />
        ) : null}
      </SessionContext>
    </QueryClientProvider>
  );
}

/** The same person, for the client takes nobody else, goes on where they were. */
function onReturn(profile: Me, session: Session, setStage: (stage: Stage) => void): void {
  // Their rights may be others now: that is a reason for a session to end.
  setStage({ name: 'ready', session: { ...session, me: profile }, isExpired: false });
  session.desk.outbox.flush();
  void session.queries.refetchQueries({ predicate: query => query.state.status === 'error' });
}

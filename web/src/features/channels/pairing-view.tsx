import { IconCircleCheck, IconPlugConnectedX, IconQrcode } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { ChannelPairing } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { Button, PlaceState, Skeleton } from '../../ui/controls.tsx';
import { spanOf } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import settings from '../settings/settings.module.css';
import { webCaution } from './channel-kinds.ts';
import styles from './pairing.module.css';
import { QrCode } from './qr-code.tsx';
import { type Pairing, type PairingStage, stageOf, usePairing } from './use-pairing.ts';

const tickMs = 1000;

/** The code for the phone, and how far the phone has come with it. */
export function PairingView({ channelId, onDone }: { channelId: number; onDone: () => void }) {
  const { clock } = useSession();
  const now = useNow(tickMs, clock);
  const state = usePairing(channelId);
  const { pairing, error, retry } = state;
  const lastCode = useLastCode(pairing);
  if (!pairing)
    return error === null ? (
      <Waiting words="Asking how the channel stands…" />
    ) : (
      <PlaceState isAlert title="This could not be loaded" action={{ label: 'Try again', run: retry }}>
        {error}
      </PlaceState>
    );
  const stage = stageOf(pairing, lastCode?.expiresAt ?? null, now);
  return (
    <div className={settings.form}>
      <Stage stage={stage} pairing={pairing} lastCode={lastCode?.code ?? null} now={now} />
      {state.refusal ? (
        <p className={settings.problem} role="alert">
          {state.refusal}
        </p>
      ) : null}
      {stage === 'paired' ? null : <p className={settings.help}>{webCaution}</p>}
      <Ways stage={stage} state={state} onDone={onDone} />
    </div>
  );
}

interface LastCode {
  readonly code: string;
  readonly expiresAt: number;
}

/** The newest code there was, also when it has run out. */
function useLastCode(pairing: ChannelPairing | undefined): LastCode | null {
  const [last, setLast] = useState<LastCode | null>(null);
  const { code = null, expiresAt = null } = pairing ?? {};
  useEffect(() => {
    if (code !== null && expiresAt !== null) setLast({ code, expiresAt: Date.parse(expiresAt) });
  }, [code, expiresAt]);
  return last;
}

function Ways({ stage, state, onDone }: { stage: PairingStage; state: Pairing; onDone: () => void }) {
  const { isAsking, ask } = state;
  return (
    <div className={settings.end}>
      {stage === 'over' ? (
        <>
          <Button isLarge disabled={isAsking} onClick={() => ask(true)}>
            Bring the last session back
          </Button>
          <Button look="primary" isLarge disabled={isAsking} onClick={() => ask(false)}>
            {isAsking ? 'Asking…' : 'Show a new code'}
          </Button>
        </>
      ) : null}
      {stage === 'trouble' ? (
        <Button look="primary" isLarge disabled={isAsking} onClick={() => ask(false)}>
          {isAsking ? 'Connecting…' : 'Connect again'}
        </Button>
      ) : null}
      {stage === 'over' || stage === 'trouble' ? null : (
        <Button look={stage === 'paired' ? 'primary' : 'plain'} isLarge onClick={onDone}>
          {stage === 'paired' ? 'Done' : 'Later'}
        </Button>
      )}
    </div>
  );
}

interface StageProps {
  stage: PairingStage;
  pairing: ChannelPairing;
  lastCode: string | null;
  now: number;
}

function Stage({ stage, pairing, lastCode, now }: StageProps) {
  const { healthMessage, accountName, code, expiresAt } = pairing;
  switch (stage) {
    case 'connecting':
      return <Waiting words={healthMessage ?? 'Connecting to WhatsApp. The code comes in a moment.'} />;
    case 'scan':
    case 'renewing':
      return (
        <div className={styles.scan}>
          <div className={styles.sheet} data-faded={stage === 'renewing' || undefined}>
            <QrCode text={code ?? lastCode ?? ''} label="The code to scan with the phone" />
          </div>
          <div className={styles.steps}>
            <ol>
              <li>Open WhatsApp on the phone.</li>
              <li>
                Tap <b>Settings</b> (on Android the three dots), then <b>Linked devices</b>.
              </li>
              <li>
                Tap <b>Link a device</b> and point the phone at this code.
              </li>
            </ol>
            <p className={styles.left} role="timer">
              {stage === 'scan' && expiresAt !== null
                ? `Good for ${spanOf(Date.parse(expiresAt) - now)}`
                : 'The next code is on its way…'}
            </p>
          </div>
        </div>
      );
    case 'paired':
      return (
        <Told
          icon={<IconCircleCheck size={30} stroke={1.5} className={styles.good} />}
          title="The phone is paired"
        >
          {accountName ? (
            <>
              As <bdi>{accountName}</bdi>.{' '}
            </>
          ) : null}
          Messages arrive from now on. Keep the phone charged and online every few days.
        </Told>
      );
    case 'trouble':
      return (
        <Told
          icon={<IconPlugConnectedX size={30} stroke={1.5} />}
          title="There is trouble with the connection"
        >
          {healthMessage}
        </Told>
      );
    case 'over':
      return (
        <Told icon={<IconQrcode size={30} stroke={1.5} />} title="The phone is not paired">
          {healthMessage ?? 'The last code has run out.'}
        </Told>
      );
  }
}

function Waiting({ words }: { words: string }) {
  return (
    <div className={styles.scan} aria-busy="true">
      <div className={styles.place}>
        <Skeleton width="100%" height={248} />
      </div>
      <p className={styles.steps} role="status">
        {words}
      </p>
    </div>
  );
}

function Told({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className={styles.told} role="status">
      {icon}
      <b>{title}</b>
      <p>{children}</p>
    </div>
  );
}

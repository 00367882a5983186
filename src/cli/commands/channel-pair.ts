import { setTimeout as pause } from 'node:timers/promises';
import qrcode from 'qrcode';
import { askForPairing, readPairing } from '../../features/channels/index.ts';
import { SetupError } from '../../kit/errors.ts';
import { audit } from '../audit.ts';
import { withTenant } from '../command-context.ts';
import { printJson, progressPrinter } from '../output.ts';
import { onStopSignal } from '../stop-signals.ts';

const LOOK_EVERY_MS = 1000;

export interface ChannelPairOptions {
  readonly restore?: boolean;
  /** Seconds. */
  readonly wait: number;
  readonly json?: boolean;
}

/**
 * Shows the codes that the phone has to read, as the running product gets them, until it is paired. Exit code 1 when it
 * is not paired in time.
 */
export async function channelPair(
  slug: string,
  channelId: number,
  { restore = false, wait, json = false }: ChannelPairOptions,
): Promise<void> {
  const say = progressPrinter({ json });
  const show = json ? say : (line: string) => console.log(line);
  const ending = new AbortController();
  const forget = onStopSignal(() => ending.abort());
  try {
    await withTenant(slug, async ({ landlord }, scope) => {
      await askForPairing(landlord, scope, channelId, restore);
      await audit(landlord, 'channel.pair', scope.tenant.id, { channelId, restore });
      const until = Date.now() + wait * 1000;
      let shown: string | null = null;
      let said: string | undefined;
      while (Date.now() < until && !ending.signal.aborted) {
        const { health, healthMessage, accountName, code } = await readPairing(scope, channelId);
        if (health === 'ok') {
          if (json) printJson({ channel: { id: channelId, health, accountName } });
          else console.log(`Paired with ${accountName ?? 'the phone'}.`);
          return;
        }
        if (health === 'stopped' || (health === 'reauthorise' && code === null && shown !== null))
          throw new SetupError(`Not paired: ${healthMessage ?? `the channel is ${health}`}`);
        if (code !== null && code !== shown) {
          show(await qrcode.toString(code, { type: 'terminal', small: true }));
          show(
            'On the phone: WhatsApp, Settings, Linked devices, Link a device. The code changes by itself.',
          );
          shown = code;
        }
        said = healthMessage ?? said;
        await pause(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      }
      throw new SetupError(
        shown === null
          ? `No code came. ${said ?? 'Is the product running, with a worker?'} See: concierge channel health ${slug}`
          : 'The code was not read in time. Run the command again.',
      );
    });
  } finally {
    forget();
  }
}

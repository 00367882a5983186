import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from '../../src/app/build-context.ts';
import { buildHttp } from '../../src/app/build-http.ts';
import { createAuthenticator } from '../../src/features/auth/index.ts';

export interface DoorOptions {
  /** How the world sees this door; its own address when left out. */
  readonly publicUrl?: string;
  /** The product's own limit when left out. */
  readonly requestsPerSecond?: number;
  readonly loginTriesPerMinute?: number;
}
export interface ApiDoor {
  readonly url: string;
  close(): Promise<void>;
}

/** Another HTTP server of a running product, with limits and an address of its own and nothing remembered. */
export async function openDoor(context: Context, options: DoorOptions = {}): Promise<ApiDoor> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { landlord, tenants, tokens } = context;
  const app = await buildHttp(
    {
      ...context,
      publicUrl: options.publicUrl ?? url,
      authenticator: createAuthenticator({
        landlord: landlord.db,
        tenants,
        tokens,
        ...(options.requestsPerSecond && { requestsPerSecond: options.requestsPerSecond }),
      }),
    },
    {
      checkResponses: true,
      isDemo: () => false,
      ...(options.loginTriesPerMinute && { loginTriesPerMinute: options.loginTriesPerMinute }),
    },
  );
  server.on('request', app);
  return {
    url,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

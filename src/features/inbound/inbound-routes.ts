import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { type Platform, platform as platformSchema } from '../../contract/primitives.ts';
import {
  NotFound,
  ServiceUnavailable,
  TooLarge,
  Unauthenticated,
  ValidationError,
} from '../../kit/errors.ts';
import type { Logger } from '../../observability/logger.ts';
import {
  type Credentials,
  type DeliveryPart,
  ForgedDelivery,
  type RawDelivery,
  UnreadableDelivery,
} from '../../platforms/adapter.ts';
import { type AnyAdapter, adapterFor } from '../../platforms/registry.ts';
import { bodyReader, MAXIMUM_BODY } from './body-reader.ts';
import type { DeliveryDesk } from './delivery-desk.ts';
import type { OpenRoute, RouteDirectory } from './route-directory.ts';

const TOKEN = /^[\w-]{1,200}$/;
const KEPT_HEADERS = ['content-type', 'user-agent', 'x-hub-signature-256', 'webhook-id', 'webhook-timestamp'];

export interface InboundCounters {
  readonly accepted: (platform: Platform) => void;
  readonly forged: (platform: Platform) => void;
  readonly foreign: (platform: Platform) => void;
}
export interface InboundRoutesOptions {
  readonly routes: RouteDirectory;
  readonly desk: DeliveryDesk;
  /** What the one app that serves all tenants signs with, by platform; empty where there is none. */
  readonly sharedCredentials: Partial<Record<Platform, Credentials>>;
  readonly publicUrl: () => string;
  readonly counters: InboundCounters;
  readonly log: Logger;
}

/** Whom a webhook's address is for. */
interface Aim {
  readonly adapter: AnyAdapter;
  readonly platform: Platform;
  readonly credentials: Credentials;
  readonly own: OpenRoute | undefined;
}

/**
 * The door: route → verify over the raw bytes → split by account → hand to the desk → 200. Nothing of a forged one is
 * stored. 200 is answered after the commit only.
 */
export function inboundRoutes(options: InboundRoutesOptions): Router {
  const router = Router();
  const read = bodyReader();
  router.get('/webhooks/:platform', (request, response) => handshake(request, response));
  router.get('/webhooks/:platform/:token', (request, response) => handshake(request, response));
  for (const path of ['/webhooks/:platform', '/webhooks/:platform/:token'])
    router.post(
      path,
      async (request, response, next) => {
        response.locals.aim = await destination(request);
        next();
      },
      ...read,
      (request, response) => receive(request, response, response.locals.aim),
    );
  return router;

  async function destination(request: Pick<Request, 'params'>): Promise<Aim> {
    const platform = platformSchema.safeParse(request.params.platform).data;
    const adapter = platform && adapterFor(platform);
    const unknown = () => new NotFound('There is no webhook here.', 'unknown_webhook');
    if (!platform || !adapter) throw unknown();
    const shared = options.sharedCredentials[platform];
    const { token } = request.params;
    if (typeof token !== 'string') {
      if (!shared)
        throw new ServiceUnavailable('No shared app is set up for this platform.', 3600, 'no_shared_app');
      return { adapter, platform, credentials: shared, own: undefined };
    }
    if (!TOKEN.test(token)) throw unknown();
    const own = await options.routes.byToken(token);
    if (own?.route.platform !== platform || platform === 'widget') throw unknown();
    const signingSecrets = [...own.credentials.signingSecrets, ...(shared?.signingSecrets ?? [])];
    return { adapter, platform, credentials: { ...own.credentials, signingSecrets }, own };
  }

  async function handshake(request: Request, response: Response): Promise<void> {
    const { adapter, credentials } = await destination(request);
    const reply = adapter.handshake?.(deliveryOf(request), credentials);
    if (!reply) throw new NotFound('This webhook takes POST only.', 'unknown_webhook');
    response.status(reply.status).type(reply.contentType).send(reply.body);
  }

  async function receive(request: Request, response: Response, aim: Aim): Promise<void> {
    const { adapter, platform, credentials, own } = aim;
    const delivery = deliveryOf(request);
    if (delivery.body.length > MAXIMUM_BODY) throw new TooLarge('A webhook may be 4 MB at most.');
    try {
      adapter.authenticate(delivery, credentials);
    } catch (error) {
      if (!(error instanceof ForgedDelivery)) throw error;
      options.counters.forged(platform);
      throw new Unauthenticated('The signature does not fit this webhook.', 'forged');
    }
    if (adapter.refusesUnreadable) refuseUnreadable(adapter, delivery);
    const key = adapter.deliveryKey(delivery);
    const bodySha256 = createHash('sha256').update(delivery.body).digest('hex');
    const parts = await destinationsOf(adapter, platform, delivery, own);
    await Promise.all(
      parts.map(({ to, body, isWhole, accountId }) =>
        options.desk.accept(to.tenant, {
          channelId: to.route.channelId,
          platform,
          // Senders number their deliveries each for themselves: the same key on another channel is another delivery.
          deliveryKey: `${to.route.channelId}:${isWhole ? key : `${key}:${accountId}`}`,
          body,
          bodySha256,
          headers: keptHeaders(delivery),
          receivedAt: delivery.receivedAt,
        }),
      ),
    );
    options.counters.accepted(platform);
    const reply = adapter.answer?.(delivery.body);
    if (reply) response.status(reply.status).type(reply.contentType).send(reply.body);
    // Without a word: one platform would pass it on to the customer.
    else response.status(200).end();
  }

  type Destination = { to: OpenRoute; body: Buffer; isWhole: boolean; accountId: string };

  /** Which channel gets which part. An account that the credential does not own gets nothing, and an alarm. */
  async function destinationsOf(
    adapter: AnyAdapter,
    platform: Platform,
    delivery: RawDelivery,
    own: OpenRoute | undefined,
  ): Promise<Destination[]> {
    if (!adapter.split) return own ? [{ to: own, body: delivery.body, isWhole: true, accountId: '' }] : [];
    let parts: readonly DeliveryPart[];
    try {
      parts = adapter.split(delivery.body);
    } catch (error) {
      if (!(error instanceof UnreadableDelivery)) throw error;
      // Signed and unreadable: kept as it is when we know whose it is, and parked by the drain.
      return own ? [{ to: own, body: delivery.body, isWhole: true, accountId: '' }] : [];
    }
    const destinations: Destination[] = [];
    for (const part of parts) {
      const to = await ownerOf(adapter, platform, delivery, own, part.accountId);
      if (to)
        destinations.push({ to, body: part.body, isWhole: parts.length === 1, accountId: part.accountId });
      else {
        options.counters.foreign(platform);
        options.log.warn(
          { alarm: 'foreign_account', platform, accountId: part.accountId, tenant: own?.tenant.slug },
          'a webhook names an account that its credential does not own; that part was dropped',
        );
      }
    }
    return destinations;
  }

  async function ownerOf(
    adapter: AnyAdapter,
    platform: Platform,
    delivery: RawDelivery,
    own: OpenRoute | undefined,
    accountId: string,
  ): Promise<OpenRoute | undefined> {
    const isOwn = (route: OpenRoute) =>
      route.route.externalAccountId === accountId || route.credentials.ownsAccounts?.includes(accountId);
    if (own && isOwn(own)) return own;
    const route = await options.routes.byAccount(platform, accountId);
    if (!route) return undefined;
    const shared = options.sharedCredentials[platform]?.signingSecrets ?? [];
    // Under a tenant's own address only that tenant's accounts, each proved by its own secret; the shared app speaks for all.
    const secrets =
      own && own.tenant.id !== route.tenant.id ? shared : [...shared, ...route.credentials.signingSecrets];
    try {
      adapter.authenticate(delivery, { ...route.credentials, signingSecrets: secrets });
      return route;
    } catch (error) {
      if (error instanceof ForgedDelivery) return undefined;
      throw error;
    }
  }

  function deliveryOf(request: Request): RawDelivery {
    const body: unknown = request.body;
    return {
      method: request.method,
      publicUrl: `${options.publicUrl()}${request.originalUrl}`,
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(',') : value,
        ]),
      ),
      body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      receivedAt: new Date(),
    };
  }
}

function refuseUnreadable(adapter: AnyAdapter, { body, receivedAt }: RawDelivery): void {
  try {
    adapter.parse(body, receivedAt);
  } catch (error) {
    if (error instanceof UnreadableDelivery) throw new ValidationError(error.message);
    throw error;
  }
}

function keptHeaders(delivery: RawDelivery): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap(name => {
      const value = delivery.headers[name];
      return value === undefined ? [] : [[name, value.slice(0, 500)]];
    }),
  );
}

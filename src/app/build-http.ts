import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import compression from 'compression';
import express, { type Express, type Router } from 'express';
import helmet from 'helmet';
import { RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible';
import { operations } from '../contract/index.ts';
import { bindAttachmentRoutes, bindLayoutRoutes } from '../features/attachments/index.ts';
import { bindAuthRoutes } from '../features/auth/index.ts';
import { bindChannelRoutes, sharedCredentials } from '../features/channels/index.ts';
import { bindConversationRoutes } from '../features/conversations/index.ts';
import { bindCustomerRoutes } from '../features/customers/index.ts';
import { bindEventRoutes } from '../features/events/index.ts';
import { bindExternalRoutes } from '../features/external/index.ts';
import { bindRecallRoutes, inboundRoutes, ingestTenant } from '../features/inbound/index.ts';
import { bindOutboundRoutes } from '../features/outbound/index.ts';
import { bindUserRoutes } from '../features/users/index.ts';
import { Api } from '../http/api.ts';
import { errorHandler } from '../http/error-handler.ts';
import { openApiDocument } from '../http/openapi.ts';
import { NotFound } from '../kit/errors.ts';
import type { AllowList } from '../net/guarded-agents.ts';
import type { Context } from './build-context.ts';
import { healthRoutes } from './health-routes.ts';
import { VERSION } from './version.ts';

export interface HttpOptions {
  readonly checkResponses: boolean;
  /** Tries of one account from one address in a minute. */
  readonly loginTriesPerMinute?: number;
  /** Of one uploaded file. */
  readonly maximumFileBytes?: number;
  /** Servers of our own network that pictures in mails may come from; none. */
  readonly pictureAllow?: AllowList;
  /** Further routes, mounted before the app's pages (the demo's simulator). */
  readonly extraRoutes?: readonly Router[];
  readonly isDemo: (tenant: { slug: string }) => boolean;
}

export async function buildHttp(context: Context, options: HttpOptions): Promise<Express> {
  const { log, tenants, tokens, metrics, bell, links } = context;
  const publicUrl = () => context.publicUrl;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('trust proxy', context.config.trustedProxies);
  app.use((request, response, next) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    response.locals.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.on('finish', () => {
      metrics.requests.observe(
        { method: request.method, status: String(response.statusCode) },
        (performance.now() - startedAt) / 1000,
      );
    });
    next();
  });
  // First and bare: platforms care for nothing but a quick answer.
  app.use(
    inboundRoutes({
      routes: context.routes,
      desk: context.desk,
      publicUrl,
      log,
      sharedCredentials: sharedCredentials(context.config),
      counters: {
        accepted: platform => metrics.accepted.inc({ platform }),
        forged: platform => metrics.forged.inc({ platform }),
        foreign: platform => metrics.foreign.inc({ platform }),
      },
    }),
  );
  app.use(healthRoutes(context));
  app.use(securityHeaders());
  app.use(compression());
  for (const router of options.extraRoutes ?? []) app.use(router);

  const api = new Api({
    tenants,
    authenticator: context.authenticator,
    checkResponses: options.checkResponses,
  });
  bindAuthRoutes(api, {
    tenants,
    tokens,
    principals: context.authenticator,
    loginLimiter: await minuteLimiter(context, 'login', options.loginTriesPerMinute ?? 10),
    addressLimiter: await minuteLimiter(context, 'address', 10 * (options.loginTriesPerMinute ?? 10)),
    publicUrl,
    isDemo: options.isDemo,
  });
  bindUserRoutes(api, (tenantId, userId) => context.authenticator.forgetUser(tenantId, userId));
  bindChannelRoutes(api, {
    tenants,
    landlord: context.landlord,
    providerUrls: context.config.providerUrls,
    outboundAllow: context.config.outboundAllow,
    shared: sharedCredentials(context.config),
    publicUrl,
    onResumed: tenantId => {
      bell.send(tenantId);
      bell.files(tenantId);
    },
  });
  bindRecallRoutes(api);
  bindCustomerRoutes(api);
  bindConversationRoutes(api, {
    links,
    onSnoozed: tenantId => bell.care(tenantId),
    onRead: (tenantId, conversationId, lastMessageId) =>
      context.signs.read(tenantId, conversationId, lastMessageId),
  });
  bindAttachmentRoutes(api, {
    tenants,
    store: context.media,
    links,
    maximumBytes: options.maximumFileBytes,
  });
  bindLayoutRoutes(api, {
    tenants,
    links,
    pictures: context.pictures,
    pictureAllow: options.pictureAllow,
  });
  bindOutboundRoutes(api, { links, onQueued: tenantId => bell.send(tenantId) });
  bindExternalRoutes(api, {
    tenants,
    tokens,
    routes: context.routes,
    desk: context.desk,
    applied: async tenantId => {
      await (bell.ingested(tenantId) ??
        ingestTenant({ tenants, landlord: context.landlord.db }, tenantId, true));
    },
  });
  bindEventRoutes(api, links);
  const unbound = operations.filter(operation => !api.bound.has(operation.id));
  if (unbound.length > 0)
    throw new Error(`No handler for ${unbound.map(operation => operation.id).join(', ')}`);

  app.use('/api/v1/external', widgetCors);
  app.get('/api/v1/openapi.json', (_request, response) => {
    response.json(openApiDocument(operations, VERSION, `${publicUrl()}/api/v1`));
  });
  app.use('/api/v1', express.json({ limit: '256kb', strict: true }), api.router);
  app.use('/api/v1', (_request, _response, next) =>
    next(new NotFound('There is no such route. See /docs.', 'unknown_route')),
  );
  app.use('/docs', docs());
  app.use(agentApp());
  app.use(errorHandler(log));
  return app;
}

async function minuteLimiter(context: Context, name: string, points: number) {
  const rule = { points, duration: 60, keyPrefix: `concierge:${context.installation}:${name}` };
  if (context.redis) {
    return new RateLimiterRedis({ ...rule, storeClient: context.redis });
  }
  return new Promise<RateLimiterPostgres>((resolve, reject) => {
    const limiter: RateLimiterPostgres = new RateLimiterPostgres(
      {
        ...rule,
        storeClient: context.landlord.pool,
        storeType: 'pool',
        tableName: 'rate_limits',
        clearExpiredByTimeout: false,
      },
      error => (error ? reject(error) : resolve(limiter)),
    );
  });
}

function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Component libraries set style attributes; scripts stay locked.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
  });
}

/** The widget's pages are foreign: their Origin is echoed, without credentials; each route decides by itself. */
const widgetCors: express.RequestHandler = (request, response, next) => {
  const { origin } = request.headers;
  if (origin) {
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.vary('Origin');
  }
  if (request.method !== 'OPTIONS') return next();
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST');
  response.setHeader('Access-Control-Allow-Headers', 'Authorization, Content-Type');
  response.setHeader('Access-Control-Max-Age', '600');
  response.status(204).end();
};

/** Swagger's viewer on our document; its starter is a file of its own, so that no inline script is needed. */
function docs(): Router {
  const router = express.Router();
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  router.get('/', (request, response) => {
    if (!request.originalUrl.endsWith('/')) return response.redirect('/docs/');
    response.type('html').send(DOCS_PAGE);
  });
  router.get('/start.js', (_request, response) => {
    response
      .type('js')
      .send("SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#docs', deepLinking: true });");
  });
  router.use(express.static(assets, { index: false, maxAge: '1h' }));
  return router;
}
const DOCS_PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Concierge API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="swagger-ui.css"></head>
<body><main id="docs"></main><script src="swagger-ui-bundle.js"></script><script src="start.js"></script></body></html>`;

/** The built pages; every path that is no file is the app's own route. */
function agentApp(): Router {
  const router = express.Router();
  const folder = join(packageRoot(), 'web', 'dist');
  router.use(
    express.static(folder, {
      index: false,
      setHeaders: (response, path) => {
        if (path.includes('assets'))
          response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
      },
    }),
  );
  // A page of the app has no ending; whoever asks for a file that is not there must not get a page for it.
  router.get(/^(?!\/(api|webhooks|socket\.io)\/)(?!.*\.\w+$)/, (request, response, next) => {
    const page = join(folder, 'index.html');
    if (!request.accepts('html')) return next(new NotFound());
    if (!existsSync(page))
      return next(new NotFound('The agent app is not built. Run: npm run build', 'not_built'));
    response.setHeader('Cache-Control', 'no-cache');
    response.type('html').send(readFileSync(page));
  });
  router.use((_request, _response, next) => next(new NotFound()));
  return router;
}

/** The folder of our package.json, from source and from the build alike. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

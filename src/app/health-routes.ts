import { timingSafeEqual } from 'node:crypto';
import { type Request, Router } from 'express';
import { Forbidden } from '../kit/errors.ts';
import type { Context } from './build-context.ts';

/** `/healthz`: the process lives. `/readyz`: it can serve, so the landlord answers. `/metrics`: Prometheus. */
export function healthRoutes({ landlord, metrics, config }: Context): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    try {
      await landlord.db.query('SELECT 1');
      response.json({ status: 'ok' });
    } catch {
      response.status(503).json({ status: 'unavailable' });
    }
  });
  router.get('/metrics', async (request, response) => {
    if (!mayRead(request)) throw new Forbidden('Metrics need the METRICS_TOKEN.', 'metrics_forbidden');
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;

  function mayRead(request: Request): boolean {
    if (config.metricsToken === undefined) {
      // Behind a proxy on the same machine everybody comes from loopback: a forwarded request does not count as local.
      const address = request.socket.remoteAddress ?? '';
      const isForwarded =
        request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
      return !isForwarded && (address === '::1' || address.replace('::ffff:', '').startsWith('127.'));
    }
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${config.metricsToken}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

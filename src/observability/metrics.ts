import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Never labelled by tenant: thousands of them would drown the numbers. The tenant is in the logs. */
export interface Metrics {
  readonly registry: Registry;
  readonly accepted: Counter<'platform'>;
  readonly forged: Counter<'platform'>;
  readonly foreign: Counter<'platform'>;
  readonly requests: Histogram<'method' | 'status'>;
}

export function createMetrics(
  connections: () => { open: number; idle: number; waiting: number; tenants: number },
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string) =>
    new Counter({
      name: `concierge_${name}`,
      help,
      labelNames: ['platform'] as const,
      registers: [registry],
    });
  new Gauge({
    name: 'concierge_tenant_connections',
    help: 'Connections to tenant databases, by state; and callers in line for one',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      const usage = connections();
      this.set({ state: 'open' }, usage.open);
      this.set({ state: 'idle' }, usage.idle);
      this.set({ state: 'waiting' }, usage.waiting);
    },
  });
  return {
    registry,
    accepted: counter('webhooks_accepted_total', 'Webhook deliveries stored and answered with 200'),
    forged: counter('webhooks_forged_total', 'Webhook deliveries refused for their signature'),
    foreign: counter(
      'webhooks_foreign_account_total',
      'Parts dropped because the credential does not own the account',
    ),
    requests: new Histogram({
      name: 'concierge_request_seconds',
      help: 'Time to answer a request',
      labelNames: ['method', 'status'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    }),
  };
}

export { DeliveryDesk } from './delivery-desk.ts';
export { replayParked } from './held-fact-store.ts';
export { type InboundCounters, inboundRoutes } from './inbound-routes.ts';
export { ingestTenant } from './ingest.ts';
export { correlatorOf } from './message-targets.ts';
export { RouteDirectory } from './route-directory.ts';

export { DeliveryDesk } from './delivery-desk.ts';
export { type InboundCounters, inboundRoutes } from './inbound-routes.ts';
export { ingestTenant } from './ingest.ts';
export { correlatorOf } from './message-targets.ts';
export { discardParked, type Parked, parkedPages, replayParked } from './parked-store.ts';
export { pullTenant } from './pull-tenant.ts';
export { recallChannel } from './recall-channel.ts';
export { bindRecallRoutes } from './recall-routes.ts';
export { RouteDirectory } from './route-directory.ts';

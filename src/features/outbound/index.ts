export { AgentSigns } from './agent-signs.ts';
export { composeMessage } from './compose-message.ts';
export { bindOutboundRoutes } from './outbound-routes.ts';
export { postTenant } from './post.ts';
export type { Pace } from './send-store.ts';

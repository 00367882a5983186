export { composeMessage } from './compose-message.ts';
export { bindOutboundRoutes } from './outbound-routes.ts';
export { postTenant } from './post.ts';

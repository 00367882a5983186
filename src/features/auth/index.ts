export { bindAuthRoutes } from './auth-routes.ts';
export { createAuthenticator, type PrincipalCache, requireActive } from './authenticator.ts';
export { Tokens, VISITOR_SECONDS } from './tokens.ts';

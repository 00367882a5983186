export { bindExternalRoutes } from './external-routes.ts';

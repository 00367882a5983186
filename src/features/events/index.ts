export { bindEventRoutes } from './event-routes.ts';

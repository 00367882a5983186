export { bindCustomerRoutes } from './customer-routes.ts';

export { apiAdapter } from './api-adapter.ts';

export { crispAdapter } from './crisp-adapter.ts';

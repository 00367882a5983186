export { emailAdapter } from './email-adapter.ts';

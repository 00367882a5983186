export { facebookAdapter } from './facebook-adapter.ts';

export { tidioAdapter } from './tidio-adapter.ts';

export { instagramAdapter } from './instagram-adapter.ts';

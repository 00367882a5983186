export { whatsappAdapter } from './whatsapp-adapter.ts';

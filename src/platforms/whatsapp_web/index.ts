export { whatsappWebAdapter } from './whatsapp-web-adapter.ts';

export { telegramAdapter } from './telegram-adapter.ts';

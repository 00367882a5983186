import { type AdapterSample, goldenBodies, signedDelivery } from './adapter-sample.ts';

export const telegramSample: AdapterSample = {
  settings: { botToken: '7100000001:AAE-token_of_the_bot', secretToken: 'secret-a' },
  foreignSettings: { botToken: '7100000009:AAE-token_of_another', secretToken: 'secret-b' },
  bodies: goldenBodies('telegram'),
  sign: (body, secret) => signedDelivery('telegram', body, { 'x-telegram-bot-api-secret-token': secret }),
  proofHeader: 'x-telegram-bot-api-secret-token',
  isBodyUnsigned: true,
  isStrict: false,
  to: [{ kind: 'telegram_id', value: '7000000001' }],
  messageId: '7000000001:12',
  answers: [
    { path: /\/setMessageReaction$/, body: { ok: true, result: true } },
    { path: /\/send\w+$/, body: { ok: true, result: { message_id: 90 } } },
  ],
};

import { mailBodies } from '../mail-mutations.ts';
import { type AdapterSample, goldenBodies } from './adapter-sample.ts';

const server = { host: 'mail.shop.example', port: 993, secure: true, user: 'help', password: 'secret' };

export const emailSample: AdapterSample = {
  settings: { address: 'help@shop.example', imap: server, smtp: { ...server, port: 465 } },
  foreignSettings: { address: 'help@other.example', imap: server, smtp: { ...server, port: 465 } },
  bodies: goldenBodies('email'),
  format: mailBodies,
  proofHeader: 'authorization',
  isStrict: false,
  speaksHttp: false,
};

import { createHmac } from 'node:crypto';
import { type AdapterSample, goldenBodies, receivedAt, signedDelivery } from './adapter-sample.ts';

const timestamp = String(receivedAt.getTime() / 1000);
const contactId = '147ae37d-43bc-42a6-bc7b-c10d1525a2f7';
const since = receivedAt.getTime() - 3_600_000;
const message = (id: string, author: string, content: string) => ({
  message_id: id,
  created_at: '2026-10-01T11:59:00+00:00',
  author_type: author,
  content,
});

export const tidioSample: AdapterSample = {
  settings: {
    projectPublicKey: 'pk1',
    clientId: 'ci_a',
    clientSecret: 'cs_a',
    webhookSecret: 'webhook-a',
    operatorId: '11111111-1111-4111-8111-111111111111',
  },
  foreignSettings: {
    projectPublicKey: 'pk9',
    clientId: 'ci_b',
    clientSecret: 'cs_b',
    webhookSecret: 'webhook-b',
  },
  bodies: goldenBodies('tidio'),
  sign: (body, secret) =>
    signedDelivery('tidio', body, {
      'x-tidio-signature': `t=${timestamp},s=${createHmac('sha256', secret)
        .update(`${body.toString()}_${timestamp}`)
        .digest('hex')}`,
    }),
  proofHeader: 'x-tidio-signature',
  isStrict: false,
  to: [{ kind: 'tidio_contact', value: contactId }],
  threadKey: '10021',
  pulls: [`contact:${contactId}`, `ticket:10021:${since}`, `contacts:${since}:1`, `tickets:${since}:1`],
  answers: [
    { path: /\/tickets\/\d+\/reply$/, body: { id: '01HAVMVKF90KH3EC0HK2T6QYP6' } },
    {
      path: /\/contacts\/[\w-]+\/messages$/,
      body: { messages: [message('m1', 'contact', 'hello'), message('m2', 'operator', 'hi')] },
    },
    { path: /\/contacts\/[\w-]+$/, body: { id: contactId, first_name: 'Ana', last_name: 'Reis' } },
    {
      path: /\/tickets\/\d+$/,
      body: {
        id: 10021,
        contact_id: contactId,
        subject: 'Parcel',
        messages: [message('m3', 'contact', 'Where?')],
      },
    },
    {
      path: /\/contacts$/,
      body: {
        contacts: [{ id: contactId, created_at: '2026-10-01T11:58:00+00:00' }],
        meta: { cursor: 'c2' },
      },
    },
    {
      path: /\/tickets$/,
      body: { tickets: [{ id: 10021, contact_id: contactId, status: 'open' }], meta: { cursor: null } },
    },
  ],
};

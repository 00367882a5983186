import type { RegisteredTemplate } from './whatsapp-account.ts';

/** What the lamp shop has had approved: with and without a header, with buttons, one that waits, one that was refused. */
export const sampleTemplates: readonly RegisteredTemplate[] = [
  {
    name: 'order_shipped',
    language: 'en',
    category: 'UTILITY',
    body: 'Hi {{1}}, your order {{2}} is on its way. It arrives on {{3}}.',
    footer: 'Lumen & Oak',
    buttons: [
      { type: 'URL', text: 'Track it', url: 'https://lumen-oak.example/track/{{1}}' },
      { type: 'QUICK_REPLY', text: 'Change the address' },
    ],
  },
  {
    name: 'question_open',
    language: 'en',
    category: 'UTILITY',
    body: 'Hi {{1}}, you asked us something and we have an answer. Shall we go on here?',
    buttons: [
      { type: 'QUICK_REPLY', text: 'Yes, please' },
      { type: 'QUICK_REPLY', text: 'It is settled' },
    ],
  },
  {
    name: 'question_open',
    language: 'pt_PT',
    category: 'UTILITY',
    body: 'Olá {{1}}, temos uma resposta à sua pergunta. Podemos continuar por aqui?',
    buttons: [
      { type: 'QUICK_REPLY', text: 'Sim' },
      { type: 'QUICK_REPLY', text: 'Já não é preciso' },
    ],
  },
  {
    name: 'invoice_ready',
    language: 'en',
    category: 'UTILITY',
    header: { format: 'DOCUMENT' },
    body: 'Hi {{1}}, here is the invoice for order {{2}}.',
  },
  {
    name: 'autumn_lamps',
    language: 'en',
    category: 'MARKETING',
    status: 'PENDING',
    header: { format: 'IMAGE' },
    body: 'The evenings grow long: our new lamps are here.',
  },
  {
    name: 'flash_sale',
    language: 'en',
    category: 'MARKETING',
    status: 'REJECTED',
    body: 'ONLY TODAY!!! Everything half price!!!',
  },
];

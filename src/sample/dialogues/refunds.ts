import { talk } from '../dialogue.ts';

export const refunds = [
  talk(
    {
      who: 'camille',
      on: 'whatsapp',
      is: 'open',
      agent: 'maria',
      ago: '56m',
      tags: ['refund', 'fr'],
      language: 'fr',
    },
    [
      "c Bonjour, j'ai renvoyé le lampadaire Farol il y a douze jours et je ne vois toujours pas le remboursement.",
      'a Bonjour Camille, je regarde tout de suite. Avez-vous encore le numéro de suivi du retour ?',
      { c: 'Oui, le voici. Le transporteur dit livré le 3.', document: 'suivi-retour.pdf' },
    ],
  ),
  talk({ who: 'eleni', on: 'facebook', is: 'open', agent: 'lena', ago: '26h', tags: ['refund'] }, [
    'c Hello from Athens. I cancelled one stool of my order 4508 and you refunded 79 €, but I had paid 89 €.',
    'a Hello Eleni! Let me check with the till. The 10 € might be the voucher you used.',
    'c No voucher on this order. I have never had one, sadly.',
    { n: 'She is right, the voucher was on 4580, not 4508. Somebody mixed the digits up.' },
    "a You are right and we were wrong: the missing 10 € left us a minute ago. I've added a voucher too, so you have had one now.",
  ]),
  talk(
    {
      who: 'grace',
      on: 'email',
      is: 'open',
      agent: 'maria',
      ago: '95m',
      priority: 'high',
      tags: ['refund', 'vip'],
      subject: 'Refund to a closed card',
    },
    [
      'c Hello, you told me that 640 € would come back to my card. That card was closed last month. Can you send it to my bank account instead?',
      'a Hello Grace, of course. The bank usually returns it to us within five days, then I can transfer it. Please send the account details through the safe form in your account, not by mail.',
      {
        n: '640 € over the limit for me, needs a second pair of eyes. @Lena could you approve once the bank returned it?',
      },
      { c: 'I have filled in the form. How will I know that it reached you?', after: 2980 },
      'c And could you confirm the amount in writing? My accountant asks.',
    ],
  ),
  talk(
    {
      who: 'omar',
      on: 'email',
      is: 'open',
      agent: 'lena',
      ago: '7h',
      tags: ['refund'],
      subject: 'إلغاء الطلب 4533',
      language: 'ar',
    },
    [
      'c السلام عليكم، أود إلغاء الطلب 4533 واسترداد المبلغ، لقد طلبت مقاساً خاطئاً.',
      'a وعليكم السلام. تم إلغاء الطلب قبل الشحن، وسيصل المبلغ إلى بطاقتك خلال ثلاثة إلى خمسة أيام عمل.',
      'c شكراً لك. هل أحتاج إلى فعل أي شيء آخر؟',
      'a لا شيء على الإطلاق. إذا أردت المقاس الصحيح فهو متوفر الآن، وسأطبق عليه السعر نفسه.',
    ],
  ),
  talk({ who: 'rosa', on: 'whatsapp', is: 'new', ago: '29m', tags: ['refund'], language: 'es' }, [
    'c Hola, quería saber cuánto tarda la devolución del dinero. Entregué el paquete en correos el lunes.',
    'c Pedido 4519, un taburete Chiado',
  ]),
  talk(
    {
      who: 'krzysztof',
      on: 'email',
      is: 'new',
      ago: '2h',
      team: 'support',
      tags: ['refund'],
      subject: 'Podwójna płatność',
      language: 'pl',
    },
    [
      'c Dzień dobry, za zamówienie 4560 pobrano płatność dwa razy: 249 € i jeszcze raz 249 €. Proszę o zwrot jednej z nich.',
      { c: 'W załączniku wyciąg z konta.', document: 'wyciag.pdf', after: 4 },
    ],
  ),
  talk(
    {
      who: 'helena',
      on: 'whatsapp',
      is: 'pending',
      agent: 'lena',
      ago: '19h',
      tags: ['refund'],
      language: 'pt',
    },
    [
      'c Olá, desisti da mesa Carvalho porque não cabe no elevador. Como recebo o sinal de volta?',
      'a Olá Helena, que pena! O sinal volta pelo mesmo meio. Pagou por MB Way ou por transferência?',
      'c Acho que foi o meu marido que pagou, vou perguntar-lhe',
      'a Sem pressa. Assim que souber, trato disso no próprio dia.',
      { a: 'Olá Helena, já conseguiu saber como foi pago?', after: 1560, outcome: 'window' },
    ],
  ),
  talk(
    {
      who: 'wei',
      on: 'email',
      is: 'snoozed',
      agent: 'maria',
      ago: '30h',
      wakesIn: 42,
      tags: ['refund'],
      subject: 'Refund 4466',
    },
    [
      "c Refund for order 4466 still says 'processing' after six days.",
      "a Your bank in Singapore takes up to ten working days for foreign refunds, ours left on Monday. Here is the bank's reference: ARN 7461 2230 9915.",
      'c OK I will wait until Friday then.',
      'a I have set myself a reminder as well and will look at it on Friday with you.',
    ],
  ),
  talk({ who: 'bogdan', on: 'telegram', is: 'resolved', agent: 'maria', ago: '30d', tags: ['refund'] }, [
    'c Salut! Can I get a refund instead of store credit? I returned the Tejo light.',
    'a Salut Bogdan, yes. Store credit is only ever an offer. 118 € are on the way to your card.',
    'c Got the mail from the bank, super',
  ]),
  talk(
    {
      who: 'carmen',
      on: 'facebook',
      is: 'resolved',
      agent: 'lena',
      ago: '24d',
      tags: ['refund'],
      language: 'es',
    },
    [
      'c Buenas tardes, me habéis cobrado el envío aunque el pedido pasa de 150 €.',
      'a ¡Buenas tardes, Carmen! Tienes razón, el descuento no se aplicó por un centavo de redondeo. Te devuelvo los 12 € ahora mismo.',
      'c Jaja, por un céntimo. Gracias, muy amable.',
      'a ¡A ti! Ya hemos avisado para que no le pase a nadie más.',
    ],
  ),
  talk(
    {
      who: 'thomas',
      on: 'whatsapp',
      is: 'resolved',
      agent: 'maria',
      ago: '17d',
      tags: ['refund', 'vip'],
      language: 'de',
    },
    [
      'c Grüezi, auf der Gutschrift fehlen die Zollgebühren von 48 Franken.',
      'a Grüezi Herr Keller, die Zollgebühren erstattet leider nur der Zoll selbst. Ich schicke Ihnen das ausgefüllte Formular, Sie müssen nur unterschreiben.',
      { a: 'Hier ist es.', document: 'zollerstattung-keller.pdf' },
      'c Das ist ja vorbildlich. Unterschrieben und abgeschickt.',
    ],
  ),
  talk(
    {
      who: 'chiara',
      on: 'instagram',
      is: 'resolved',
      agent: 'lena',
      ago: '14d',
      tags: ['refund'],
      language: 'it',
    },
    [
      'c Ciao! Ho pagato il paralume Nuvem ma poi mi è arrivata una mail che non è più disponibile.',
      "a Ciao Chiara, scusaci: l'ultimo è stato venduto in negozio nello stesso momento. Il rimborso di 69 € è già partito.",
      'c Peccato! Quando torna?',
      'a Tra circa tre settimane. Ti scrivo qui appena arriva, va bene?',
      'c Perfetto, grazie mille',
    ],
  ),
  talk({ who: 'ivana', on: 'telegram', is: 'resolved', agent: 'maria', ago: '10d', tags: ['refund'] }, [
    'c Good morning, on the phone I was promised 30 € back for the late delivery. I do not find it on my account.',
    {
      a: 'Good morning Ivana, the promise was written down but nobody pressed the button. I have done so now and added free delivery for your next order.',
      after: 96,
    },
    'c Thank you for honesty :)',
  ]),
];

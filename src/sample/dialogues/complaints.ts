import { talk } from '../dialogue.ts';

export const complaints = [
  talk(
    {
      who: 'john',
      on: 'email',
      is: 'open',
      agent: 'admin',
      ago: '130m',
      priority: 'urgent',
      tags: ['delivery'],
      subject: 'Third missed delivery',
    },
    [
      'c This is the THIRD time I took a day off for a delivery that never came. What is going on with you people?',
      'a Mr Harris, I am truly sorry. I can see three attempts in the system and none of them was real. I am taking this to the owner of the company now.',
      'c The owner. Good. Because nobody else there seems to own anything.',
      'a I understand. While we wait: is your number still the one that ends in 118, and is the bell working?',
      'c The bell works. I work. The only thing that does not work is your carrier.',
      { to: 'admin', by: 'lena' },
      {
        n: "@Owner he has every right to be angry. The carrier scanned 'nobody home' from the depot, three times.",
        by: 'lena',
      },
      "c I don't want another apology. I want a date, in writing, and someone who pays for my day off.",
      { c: 'And if it does not come this time you can keep the shelf.', quotes: 1 },
    ],
  ),
  talk(
    {
      who: 'hotel',
      on: 'whatsapp',
      is: 'open',
      agent: 'admin',
      ago: '21h',
      priority: 'high',
      tags: ['vip', 'bulk'],
      language: 'pt',
    },
    [
      'c Bom dia, faltam quatro abajures na entrega de ontem e temos hóspedes a chegar.',
      'a Bom dia Miguel, peço desculpa. Os quatro seguem hoje de táxi, chegam antes das 16h.',
      { c: 'Chegaram às 15h20. Assim dá gosto reclamar 😄', after: 240 },
      { a: 'Obrigado pela paciência. Envio-lhe ainda hoje uma nota de crédito pelo susto.', reaction: '🙏' },
    ],
  ),
  talk(
    {
      who: 'laila',
      on: 'email',
      is: 'open',
      agent: 'admin',
      ago: '29h',
      tags: ['refund'],
      subject: 'Customs charged twice',
    },
    [
      'c I had to pay customs twice for the same table. Your website promised that everything is included. I feel cheated.',
      'a Dear Laila, you should not have paid at all. Please send me both receipts and we will pay you back in full.',
      {
        n: '@Owner she is right, the carrier billed duties that we had paid. I would pay first and argue with them later.',
        by: 'maria',
      },
      { c: 'Attached. I hope you are serious.', document: 'customs-receipts.pdf', after: 70 },
      'a We are: 186 € are on the way to your account. I have also taken the promise off our site for Lebanon until the carrier keeps it.',
    ],
  ),
  talk({ who: 'piotr', on: 'telegram', is: 'new', ago: '58m', priority: 'high', language: 'pl' }, [
    'c Kod rabatowy WIOSNA10 nie działa, a w mailu napisaliście że ważny do niedzieli!',
    'c Próbowałem pięć razy. Stracę promocję przez wasz błąd.',
  ]),
  talk(
    {
      who: 'mia',
      on: 'email',
      is: 'pending',
      agent: 'lena',
      ago: '39h',
      subject: 'Unfreundlicher Fahrer',
      language: 'de',
    },
    [
      'c Ihr Fahrer hat das Paket auf den Gehweg gestellt und gesagt, Treppen stünden nicht in seinem Vertrag. Ich war im achten Monat schwanger allein zu Hause.',
      'a Liebe Frau Schneider, das hätte nie passieren dürfen. Ich habe mit der Spedition gesprochen, der Fahrer wird sich bei Ihnen melden, wenn Sie das möchten. Dürfen wir Ihnen das Trinkgeld geben, das er nicht verdient hat: 50 € zurück?',
    ],
  ),
  talk(
    {
      who: 'vogel',
      on: 'email',
      is: 'snoozed',
      agent: 'maria',
      ago: '43h',
      wakesIn: 26,
      tags: ['vip'],
      subject: 'Geruch der Tischplatte',
      language: 'de',
    },
    [
      'c Die Tischplatte riecht seit vier Wochen nach Öl. Bei Mandantengesprächen ist das unangenehm.',
      'a Sehr geehrter Herr Dr. Vogel, das sollte nach zehn Tagen vorbei sein. Wir schicken am Donnerstag jemanden, der die Platte abschleift und neu wachst, natürlich auf unsere Kosten.',
      'c Einverstanden, bitte nach 18 Uhr.',
      'a Notiert: Donnerstag, 18.30 Uhr. Ich frage am Freitag nach.',
    ],
  ),
  talk({ who: 'emma', on: 'instagram', is: 'resolved', agent: 'tomas', ago: '19d' }, [
    "c so your ad says 'from 49' and the cheapest lamp is 69?? not cool",
    "a You are right, the 49 € stool is in the same category and the ad doesn't say so. We have taken it down.",
    'c wow ok, respect for that',
  ]),
  talk({ who: 'pablo', on: 'instagram', is: 'resolved', agent: 'lena', ago: '24d', language: 'es' }, [
    'c Llevo tres días esperando respuesta por correo. ¿Hay alguien ahí?',
    {
      a: 'Hola Pablo, perdona. Tu correo estaba en la carpeta de spam porque llevaba nueve fotos. Ya lo he leído: la pieza que falta sale hoy.',
      after: 74,
    },
    { c: 'Muy bien, gracias por dar la cara.', after: 30 },
  ]),
  talk(
    {
      who: 'ivana',
      on: 'email',
      is: 'resolved',
      agent: 'maria',
      ago: '22d',
      subject: 'Newsletter after unsubscribing',
    },
    [
      'c I have unsubscribed from your newsletter four times. Please stop.',
      'a Dear Ivana, you were on two lists with two spellings of your name. You are now on none, I checked it myself.',
      {
        n: 'Latin and Cyrillic spelling of the same person. @Tomás please merge lists by address, not by name.',
      },
      'c Thank you. The lamps are nice, the letters were many.',
    ],
  ),
  talk(
    {
      who: 'krzysztof',
      on: 'email',
      is: 'archived',
      agent: 'admin',
      ago: '33d',
      subject: 'Opinia w internecie',
      language: 'pl',
    },
    [
      'c Wystawiłem jedną gwiazdkę, bo nikt nie odbiera telefonu.',
      'a Dzień dobry, the telephone line was cut by road works for two days. I should have put a note on the site. May I call you back today?',
      { c: 'Proszę nie trzeba. Zmieniłem na cztery gwiazdki.', after: 1300 },
    ],
  ),
];

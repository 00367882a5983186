import { talk } from '../dialogue.ts';

export const address = [
  talk(
    {
      who: 'claire',
      on: 'email',
      is: 'open',
      agent: 'admin',
      ago: '64m',
      tags: ['address', 'fr'],
      subject: 'Déménagement et livraison du buffet',
      language: 'fr',
    },
    [
      'c Bonjour, nous déménageons à Namur le 28, juste avant la livraison du buffet. Pouvez-vous le livrer là-bas ?',
      "a Bonjour Claire, en principe oui, mais le camion de cette tournée s'arrête à Bruxelles. Je demande à la direction.",
      { to: 'admin', by: 'maria' },
      'c Merci. Sinon, pourriez-vous le garder deux semaines ?',
      {
        n: '@Owner the next tour to Namur is in five weeks. Shall we store the sideboard free of charge?',
        by: 'maria',
      },
    ],
  ),
  talk({ who: 'sean', on: 'whatsapp', is: 'new', ago: '26m', tags: ['address'] }, [
    'c Put the wrong eircode on order 4577. It says D02, should be D08',
    'c rest of the address is grand',
  ]),
  talk(
    {
      who: 'hannah',
      on: 'email',
      is: 'new',
      ago: '82m',
      tags: ['address'],
      subject: 'New address for my parcel',
    },
    [
      'c My doorman quit. Can my parcel go to my office instead?',
      'c 350 5th Ave, attention of me, any weekday',
    ],
  ),
  talk({ who: 'eva', on: 'email', is: 'new', ago: '30m', tags: ['address'], subject: 'Nová adresa' }, [
    'c Dobrý den, přestěhovali jsme se, prosím změňte adresu u objednávky 4568. Nová: Letná 12, Praha 7.',
    'c If Czech is difficult, I can write in English also.',
  ]),
  talk(
    {
      who: 'priya',
      on: 'email',
      is: 'pending',
      agent: 'maria',
      ago: '18h',
      tags: ['address'],
      subject: 'Apartment number missing',
    },
    [
      'c I forgot the flat number on order 4572. The courier in Bengaluru will not find me without it.',
      "a Thank you for noticing, Priya. Which flat is it? I'll write it on the label and tell the courier your phone number as well, if that is all right.",
    ],
  ),
  talk(
    {
      who: 'jonas',
      on: 'whatsapp',
      is: 'resolved',
      agent: 'lena',
      ago: '24d',
      tags: ['address'],
      language: 'de',
    },
    [
      'c Könnt ihr das Paket an meine Eltern in Kiel schicken? Bin nächste Woche bei ihnen.',
      'a Klar. Bitte Straße und Nummer, den Rest ändere ich.',
      { c: 'Hier', card: { name: 'Renate Weber', phone: '+49 171 3920 018' } },
      'c Holtenauer Straße 900, Kiel',
      'a Geändert, Ihre Mutter bekommt eine Nachricht, bevor der Bote kommt.',
    ],
  ),
  talk({ who: 'yuki', on: 'whatsapp', is: 'resolved', agent: 'maria', ago: '20d', tags: ['address'] }, [
    'c I wrote my address in Japanese. Is that a problem for the customs?',
    'a For us it is lovely, for the label we need it in Latin letters too. Could you send it?',
    'c 4-chome 99-1, Kita-ku, Osaka 530-0000',
    'a ありがとうございます! Both are on the label now.',
    'c すごい! Thank you.',
  ]),
  talk(
    {
      who: 'marta',
      on: 'whatsapp',
      is: 'resolved',
      agent: 'lena',
      ago: '15d',
      tags: ['address'],
      language: 'pl',
    },
    [
      'c Proszę o dostawę do paczkomatu zamiast do domu, jeśli to możliwe.',
      'a Dzień dobry! Yes, for the lamp it is possible. Which locker?',
      'c WAW999M, koło metra',
      'a Changed. You will get the code by text message.',
    ],
  ),
  talk(
    {
      who: 'laila',
      on: 'facebook',
      is: 'resolved',
      agent: 'maria',
      ago: '11d',
      tags: ['address'],
      language: 'ar',
    },
    [
      'c لا يوجد رقم للبناية عندنا، كيف أكتب العنوان؟',
      {
        c: 'هذا هو الموقع',
        location: { latitude: 33.8938, longitude: 35.5018, name: 'بيروت', address: 'قرب المكتبة العامة' },
      },
      'a شكراً ليلى، الموقع واضح تماماً. كتبنا للسائق: البناية البيضاء قرب المكتبة العامة.',
      'c هذا بالضبط ما يقوله الجميع هنا 😄',
    ],
  ),
  talk(
    {
      who: 'ruth',
      on: 'email',
      is: 'resolved',
      agent: 'aisha',
      ago: '6d',
      tags: ['address'],
      subject: 'Second delivery address',
    },
    [
      'c Can we store two delivery addresses, one per floor? The lift only goes to the first.',
      'a Done: Levy 1 and Levy 2 are in your account. Choose one at checkout.',
      'c Lovely, no more carrying lamps up the stairs.',
    ],
  ),
];

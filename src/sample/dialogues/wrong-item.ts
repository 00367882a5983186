import { talk } from '../dialogue.ts';

export const wrongItem = [
  talk({ who: 'pablo', on: 'email', is: 'open', agent: 'lena', ago: '51m', subject: 'two left sides' }, [
    'c hello i ordered the baixa bookshelf under order 4549 and got two left side panels. assembled half of it before i noticed',
    'a Oh dear, and somebody else now has two right ones. May I have your name and the address on the parcel?',
    'c it is my flatmates order, Joana Reis, Lisbon. should i take it apart again?',
  ]),
  talk(
    { who: 'lars', on: 'api', is: 'open', agent: 'maria', ago: '18h', subject: 'Order 4536: wrong colour' },
    [
      'c Order 4536: received Luar in sage, ordered moon white.',
      'a Hello Lars, sorry for the mix-up. The white one is on its way, please hand the sage one to the driver.',
      'c Could I keep the sage one at a discount? It has found a place.',
      'a Of course: 30 % less, I have charged 55 €.',
    ],
  ),
  talk({ who: 'krzysztof', on: 'facebook', is: 'new', ago: '17m', language: 'pl' }, [
    'c Dzień dobry, w paczce zamiast lampy jest abażur. Sam abażur.',
    'c Nr zamówienia 4563',
  ]),
  talk({ who: 'ines', on: 'instagram', is: 'pending', agent: 'lena', ago: '28h', language: 'pt' }, [
    'c Olá, encomendei o espelho redondo e veio o oval 😅',
    'a Olá Inês! O oval fugiu da prateleira errada. Quando podemos passar para trocar?',
    'c Esta semana é complicado, pode ser na próxima?',
    'a Claro. Diga-me só o dia e levamos o redondo.',
  ]),
  talk({ who: 'ivana', on: 'telegram', is: 'resolved', agent: 'maria', ago: '29d' }, [
    'c I got a lamp for Mr. Lindqvist in Göteborg. Nice lamp, but I am neither.',
    'a Then he probably admires yours right now. I am so sorry, Ivana. Two couriers swap them tomorrow.',
    {
      n: 'Labels 4421 and 4422 swapped on the packing table. @Lena can you write to Anders? He is a regular.',
    },
    { c: 'Swap done, mine is the prettier one.', after: 3100 },
    "a We think so too, but don't tell him.",
  ]),
  talk({ who: 'anders', on: 'whatsapp', is: 'resolved', agent: 'lena', ago: '29d', tags: ['vip'] }, [
    'c Funny thing: my parcel is addressed to me but the invoice inside is for a lady in Belgrade.',
    "a You are right, two labels were swapped. A courier brings yours tomorrow and takes this one along. Please don't lose your heart to it.",
    "c Too late, but I'll be strong.",
    { c: 'Exchange went well.', after: 2700 },
  ]),
  talk(
    {
      who: 'camille',
      on: 'email',
      is: 'resolved',
      agent: 'lena',
      ago: '23d',
      tags: ['fr'],
      subject: 'Mauvaise ampoule',
      language: 'fr',
    },
    [
      'c Bonjour, les ampoules reçues sont des E14 alors que la lampe demande des E27.',
      "a Bonjour Camille, merci pour la photo. Les bonnes ampoules partent aujourd'hui, gardez les autres.",
      { c: "Reçues, tout s'allume enfin !", after: 5900 },
    ],
  ),
  talk({ who: 'grace', on: 'whatsapp', is: 'resolved', agent: 'maria', ago: '13d', tags: ['vip'] }, [
    'c I ordered one stool and got three. Before I get used to them: what shall I do?',
    'a An honest soul! Would you like to keep the other two for half the price? Otherwise we fetch them.',
    'c Half price it is. The kitchen suddenly looks like a bar.',
    { a: 'Cheers! The invoice for the two is in your account.', reaction: '🍸' },
  ]),
  talk({ who: 'fatima', on: 'whatsapp', is: 'resolved', agent: 'lena', ago: '9d', language: 'ar' }, [
    'c وصلني مصباح بقابس بريطاني بدلاً من الأوروبي.',
    'a نعتذر منكِ فاطمة. نرسل لكِ اليوم كابلاً بالقابس الأوروبي، والتركيب لا يحتاج إلى أدوات.',
    { c: 'وصل الكابل، كل شيء يعمل.', after: 8800 },
  ]),
  talk({ who: 'zeynep', on: 'instagram', is: 'resolved', agent: 'maria', ago: '3d' }, [
    'c The manual in my box is for the bookshelf. I bought a lamp. It is a very confident manual.',
    "a Please don't screw the lamp to the wall with eight dowels. The right manual is in your inbox 😄",
    'c Got it, lamp survives.',
  ]),
  talk({ who: 'teresa', on: 'facebook', is: 'archived', agent: 'lena', ago: '40d', language: 'pt' }, [
    'c Recebi a almofada verde, mas na fatura está azul. Gosto mais da verde, fico com ela!',
    'a Assim é que é! Acertámos a fatura, o preço é o mesmo.',
  ]),
  talk({ who: 'piotr', on: 'whatsapp', is: 'archived', agent: 'maria', ago: '38d' }, [
    'c I think you packed one screw too many, is it important or a gift?',
    'a A gift. Every Baixa comes with one spare screw, because every floor has a gap.',
    'c Good philosophy.',
  ]),
];

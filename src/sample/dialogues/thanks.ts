import { talk } from '../dialogue.ts';

export const thanks = [
  talk({ who: 'sofia', on: 'instagram', is: 'resolved', agent: 'aisha', ago: '17d', language: 'pt' }, [
    { c: 'A sala ficou assim. Obrigada por tudo!', photo: 'sala-faro.jpg' },
    { a: 'Que luz tão bonita! Podemos mostrar a fotografia na loja?', reaction: '❤️' },
    'c Com muito gosto',
  ]),
  talk(
    {
      who: 'omar',
      on: 'whatsapp',
      is: 'resolved',
      agent: 'tomas',
      ago: '21d',
      tags: ['vip'],
      language: 'ar',
    },
    [
      'c وصلت الخزانتان اليوم في حالة ممتازة. شكراً لكم جميعاً.',
      'a شكراً لك يا عمر، سعدنا بخدمتك. نتمنى لك أمسيات دافئة في البيت.',
    ],
  ),
  talk({ who: 'mia', on: 'instagram', is: 'resolved', agent: 'tomas', ago: '7d', language: 'de' }, [
    'c Wollte nur sagen: die Beratung war super, die Lampe ist super, ihr seid super.',
    'a Mia, das hängen wir uns in die Werkstatt. Danke!',
    { c: 'Bitte mit Rahmen aus Eiche 😉', reaction: '😂' },
  ]),
  talk(
    {
      who: 'lucia',
      on: 'whatsapp',
      is: 'resolved',
      agent: 'maria',
      ago: '25d',
      tags: ['vip'],
      language: 'es',
    },
    [
      'c Solo quería daros las gracias. Mi abuela tiene 91 años y por fin puede leer de noche con la Serra.',
      'a Lucía, este mensaje se lo acabo de leer a todo el taller. Un beso enorme para tu abuela.',
      'c ¡Se lo doy de vuestra parte!',
    ],
  ),
  talk({ who: 'bogdan', on: 'telegram', is: 'archived', agent: 'aisha', ago: '35d' }, [
    'c Wife loves the lamp. I am allowed to choose the next one. This is unprecedented.',
    'a Congratulations, choose wisely! We are here if you need counsel.',
  ]),
  talk(
    {
      who: 'camille',
      on: 'whatsapp',
      is: 'archived',
      agent: 'maria',
      ago: '42d',
      tags: ['fr'],
      language: 'fr',
    },
    [
      "c Merci pour le petit mot écrit à la main dans le colis, ça m'a fait sourire.",
      "a C'est Beatriz à l'emballage qui les écrit, je lui transmets votre sourire.",
    ],
  ),
  talk({ who: 'eleni', on: 'facebook', is: 'archived', agent: 'tomas', ago: '32d' }, [
    'c Efcharistó polý! The bench made it up four flights of stairs and looks like it was born there.',
    'a Parakaló, Eleni! Our respect to whoever carried it.',
    'c My brothers. They want stools now, to sit down.',
  ]),
  talk({ who: 'min', on: 'email', is: 'archived', agent: 'lena', ago: '36d', subject: '감사합니다' }, [
    'c 감사합니다! The lamp arrived in Seoul without a scratch, three layers of paper and one of cardboard. Impressive.',
    'a Thank you, Minji! Our packer used to ship violins, and one can tell.',
  ]),
  talk(
    {
      who: 'garnier',
      on: 'email',
      is: 'resolved',
      agent: 'aisha',
      ago: '12d',
      tags: ['fr'],
      subject: 'Merci de la part de mon client',
      language: 'fr',
    },
    [
      'c Mon client est ravi des appliques Tejo, il vous remercie pour la livraison un samedi.',
      'a Merci Hélène ! Le samedi restera notre petit secret.',
    ],
  ),
];

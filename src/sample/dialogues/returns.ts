import { talk } from '../dialogue.ts';

export const returns = [
  talk({ who: 'carmen', on: 'widget', is: 'open', agent: 'lena', ago: '47m', language: 'es' }, [
    'c Hola, quiero devolver el espejo, es más pequeño de lo que pensaba.',
    'a ¡Hola Carmen! Sin problema, tienes 30 días. ¿Conservas la caja original?',
    'c La caja sí, pero el corcho de dentro ya lo tiré. ¿Pasa algo?',
  ]),
  talk(
    {
      who: 'marie',
      on: 'email',
      is: 'open',
      agent: 'maria',
      ago: '15h',
      tags: ['fr'],
      subject: 'Retour du tapis',
      language: 'fr',
    },
    [
      'c Bonjour, le tapis ne va pas avec le canapé. Comment le renvoyer ? Il pèse 14 kg.',
      'a Bonjour Marie, nous venons le chercher. Mardi ou mercredi ?',
      "c Mercredi après 17 h, s'il vous plaît.",
      "a C'est réservé. Roulez-le simplement, le livreur apporte le sac.",
    ],
  ),
  talk({ who: 'mia', on: 'instagram', is: 'open', agent: 'lena', ago: '90m', language: 'de' }, [
    'c Hi, ich würde die Alma gern zurückgeben, passt farblich leider gar nicht 🙈',
    'a Hi Mia, kein Problem! Rückgabe oder Tausch gegen eine andere Farbe?',
    'c Kann ich die weiße erst anschauen und dann entscheiden?',
    'c also beide kurz nebeneinander',
  ]),
  talk({ who: 'rosa', on: 'facebook', is: 'new', ago: '36m', language: 'es' }, [
    'c ¿Puedo devolver en la tienda física algo comprado por internet?',
    'c Voy a Lisboa el fin de semana',
  ]),
  talk(
    {
      who: 'daniel',
      on: 'email',
      is: 'pending',
      agent: 'maria',
      ago: '24h',
      subject: 'Devolução fora de prazo',
      language: 'pt',
    },
    [
      'c Boa tarde, já passaram 34 dias, mas estive fora. Ainda posso devolver o candeeiro? Está por abrir.',
      'a Boa tarde Daniel, por abrir aceitamos, claro. Prefere recolha em casa ou trazê-lo à loja?',
    ],
  ),
  talk({ who: 'emma', on: 'whatsapp', is: 'resolved', agent: 'maria', ago: '31d' }, [
    'c Can I return a lamp without the box? My toddler has made it a spaceship.',
    'a Space travel comes first. Any sturdy box is fine, just wrap the shade well.',
    'c Thanks, Houston. Parcel is on its way',
    { a: 'It landed safely, 129 € are going back to your card.', after: 4320, reaction: '🚀' },
  ]),
  talk({ who: 'wei', on: 'widget', is: 'resolved', agent: 'lena', ago: '27d' }, [
    'c Who pays for sending a lamp back from Singapore?',
    'a Normally the customer, outside the EU. But what is wrong with it? Perhaps we find something better than a flight.',
    'c Nothing wrong. Wife prefers black. Lamp is brass.',
    'a Keep the brass one for another room and get the black one for 40 % less, we both save a flight.',
    'c Deal. You should work in diplomacy.',
  ]),
  talk({ who: 'eva', on: 'widget', is: 'resolved', agent: 'lena', ago: '22d' }, [
    'c The return label says Lisbon but the parcel shop only takes labels with a QR code.',
    'a That label is for the post office, sorry for the confusion. The one with the QR code is in your mail now.',
    'c Scanned, gone. Thank you for being quick.',
  ]),
  talk({ who: 'helena', on: 'facebook', is: 'resolved', agent: 'maria', ago: '18d', language: 'pt' }, [
    'c Posso trocar o banco de 45 por um de 65 cm?',
    'a Pode, Helena. Levamos o de 65 e trazemos o de 45 na mesma viagem.',
    'c Que prático! Quinta de manhã estou em casa.',
    'a Fica marcado para quinta entre as 9h e as 12h.',
    { c: 'Trocado. O vosso motorista é uma simpatia.', after: 2900 },
  ]),
  talk({ who: 'noor', on: 'instagram', is: 'resolved', agent: 'maria', ago: '4d', language: 'ar' }, [
    'c مرحباً، ما هي مدة الإرجاع؟',
    'a مرحباً نور، لديك 30 يوماً من تاريخ الاستلام، والإرجاع سهل من حسابك.',
    'c واضح، شكراً جزيلاً',
  ]),
  talk({ who: 'chiara', on: 'instagram', is: 'resolved', agent: 'lena', ago: '37d', language: 'it' }, [
    'c Vorrei restituire il tavolino, posso tenere le viti? Scherzo, ma una è caduta nel termosifone 😬',
    'a Le viti sono assicurate contro i termosifoni 😄 Il ritiro è venerdì mattina.',
    'c Siete fantastici',
  ]),
  talk({ who: 'john', on: 'facebook', is: 'archived', agent: 'maria', ago: '39d' }, [
    'c Changed my mind, not returning it after all. It grew on me.',
    'a The best return is none. I have cancelled the pickup.',
  ]),
];

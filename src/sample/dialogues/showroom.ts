import { talk } from '../dialogue.ts';

export const showroom = [
  talk({ who: 'sofia', on: 'instagram', is: 'open', agent: 'aisha', ago: '53m', language: 'pt' }, [
    'c Olá! A loja da Rua da Rosa está aberta no feriado?',
    'a Olá Sofia! No feriado fechamos, mas na véspera ficamos até às 20h.',
    'c Boa! Consigo ver o cadeirão Miradouro ao vivo? Venho de Faro de propósito',
  ]),
  talk({ who: 'teresa', on: 'facebook', is: 'open', agent: 'tomas', ago: '6h', language: 'pt' }, [
    'c Boa tarde, há estacionamento perto do showroom?',
    'a Boa tarde Teresa! Na rua é impossível, mas o parque da Praça Luís de Camões fica a quatro minutos a pé.',
    'c E para carregar uma mesa de centro?',
    'a Para isso pode parar à porta 15 minutos, nós ajudamos a carregar. Avise quando estiver a chegar.',
    'c Perfeito, vou na quinta à tarde',
    'a Cá estaremos, até quinta!',
  ]),
  talk(
    {
      who: 'thomas',
      on: 'email',
      is: 'open',
      agent: 'aisha',
      ago: '40m',
      tags: ['vip'],
      subject: 'Besuch in Lissabon',
      language: 'de',
    },
    [
      'c Guten Tag, meine Frau und ich sind vom 12. bis 15. in Lissabon und würden gern die Werkstatt sehen. Geht das?',
      'a Guten Tag Herr Keller, sehr gern! Donnerstags um 16 Uhr zeigt unser Schreiner die Werkstatt in Marvila, auf Deutsch sogar, er hat in Basel gelernt.',
      'c Wunderbar. Können wir noch zwei Freunde mitbringen?',
      'c Sie interessieren sich für einen Esstisch.',
    ],
  ),
  talk({ who: 'leo', on: 'telegram', is: 'open', agent: 'tomas', ago: '14h' }, [
    'c hi are you open on sundays',
    'a Hi! Tuesday to Saturday, 10 to 19. On Sundays we sleep, or make lamps.',
    'c ok saturday then. is there a lift? my father uses a wheelchair',
    'a No lift needed: everything is on the ground floor, and the one step at the door has a ramp. Ring the bell on the left and we lay it out.',
  ]),
  talk(
    {
      who: 'vasco',
      on: 'email',
      is: 'new',
      ago: '23m',
      team: 'sales',
      subject: 'Visita de estudo',
      language: 'pt',
    },
    [
      'c Bom dia, sou professor de design em Évora e gostava de levar 18 alunos a ver a vossa oficina. Recebem grupos?',
      'c Seria numa sexta-feira de manhã, em princípio.',
    ],
  ),
  talk({ who: 'lars', on: 'widget', is: 'new', ago: '9m' }, [
    "c Can one pick up an online order in the showroom? I'm in Lisbon from tomorrow on.",
    'c Order 4581, I could take it home in the car',
  ]),
  talk({ who: 'daniel', on: 'widget', is: 'resolved', agent: 'tomas', ago: '33d', language: 'pt' }, [
    'c Boa tarde, em agosto têm o mesmo horário?',
    'a Boa tarde Daniel, na segunda quinzena abrimos só das 10h às 14h. Depois volta tudo ao normal.',
    'c Obrigado pela informação!',
  ]),
  talk(
    { who: 'claire', on: 'widget', is: 'resolved', agent: 'aisha', ago: '26d', tags: ['fr'], language: 'fr' },
    [
      'c Bonjour, je passe à Lisbonne samedi. Faut-il prendre rendez-vous ?',
      'a Bonjour Claire, non, entrez simplement. Si vous voulez des conseils pour un projet, mieux vaut réserver une heure avec moi.',
      'c Alors je réserve volontiers samedi à 11 h !',
      "a C'est noté, samedi 11 h, avec un café.",
      { c: "Merci pour l'accueil et pour le café, la Farol fait déjà partie de la famille.", after: 4000 },
    ],
  ),
  talk({ who: 'sean', on: 'facebook', is: 'resolved', agent: 'tomas', ago: '20d' }, [
    'c Is the shop the one with the green door near the funicular?',
    'a The very one, two doors uphill from the bakery.',
    'c Found ye. Also found the bakery',
  ]),
  talk({ who: 'giulia', on: 'instagram', is: 'resolved', agent: 'aisha', ago: '15d', language: 'it' }, [
    'c Ciao, il sabato siete aperti fino a che ora?',
    "a Ciao Giulia! Fino alle 19, e sabato prossimo c'è anche un bicchiere di vino alle 17.",
    'c Allora veniamo alle 17 😄',
    { c: 'Bellissimo posto! Abbiamo preso due lampade.', after: 5600 },
    { a: 'È stato un piacere conoscervi!', reaction: '🥂' },
  ]),
  talk({ who: 'priya', on: 'widget', is: 'resolved', agent: 'tomas', ago: '7d' }, [
    'c Do you do video consultations? I am in Bengaluru and would love to see the lounge chair from all sides.',
    'a We do! I can walk around with the camera tomorrow at 13:30 your time. Would that suit you?',
    'c It would. My husband joins, he is the sceptical one.',
    { a: 'Sceptics get the good angles. Talk to you tomorrow.', quotes: 2 },
    { c: 'He is no longer sceptical. Ordered!', after: 1560 },
  ]),
];

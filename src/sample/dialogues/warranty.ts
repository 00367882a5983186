import { talk } from '../dialogue.ts';

export const warranty = [
  talk(
    {
      who: 'piotr',
      on: 'whatsapp',
      is: 'open',
      agent: 'lena',
      ago: '3h',
      tags: ['warranty'],
      language: 'pl',
    },
    [
      'c Dzień dobry, lampa Serra po roku zaczęła migać. Czy to obejmuje gwarancja?',
      'a Dzień dobry Piotr! Yes, two years on everything electric. May I go on in English? Does it flicker at every brightness?',
      'c English ok. Only when it is very low',
      { c: '', voice: 19 },
      'a Thank you, I can even hear the hum in your recording. That is the driver. A new one is in the post, you only swap the plug.',
      'c Super, dziękuję bardzo 👌',
      { a: 'My pleasure. Write to me if it still blinks.', reaction: '👍' },
    ],
  ),
  talk(
    {
      who: 'ute',
      on: 'facebook',
      is: 'open',
      agent: 'maria',
      ago: '46m',
      tags: ['warranty'],
      language: 'de',
    },
    [
      'c Hallo, der Messingfuß der Farol wird fleckig. Ist das ein Garantiefall?',
      'a Hallo Frau Hoffmann, Messing lebt ein wenig, aber Flecken sollten es nicht sein. Sind sie dunkel oder grünlich?',
      'c Eher grünlich, an der Stelle, wo die Blumen stehen',
    ],
  ),
  talk({ who: 'min', on: 'widget', is: 'open', agent: 'lena', ago: '12h', tags: ['warranty'] }, [
    'c The touch switch of my Luar stopped working after a power cut in our building.',
    'a Sorry to hear that. Please unplug it for ten minutes and hold the switch while you plug it in again, that resets it.',
    'c It works again! Magic.',
    "a Only electronics, but I take the compliment. I'll keep this open until tomorrow in case it comes back.",
  ]),
  talk(
    {
      who: 'ivana',
      on: 'telegram',
      is: 'open',
      agent: 'maria',
      ago: '68m',
      priority: 'high',
      tags: ['warranty'],
    },
    [
      'c Hello, my Carvalho table has a crack opening at one end, about 2 mm. Bought two years ago.',
      'a Hello Ivana, oak has five years with us, so you are well covered. How dry is the air at home, do you heat a lot?',
      'c Yes floor heating, it is quite dry. Will the crack grow?',
      'c I can send pictures but here it says file too large',
    ],
  ),
  talk({ who: 'emma', on: 'instagram', is: 'new', ago: '55m', tags: ['warranty'] }, [
    "c hi lovelies, my lamp's cable is getting hot near the plug?? is that normal",
    "c it's the Alma from last autumn",
  ]),
  talk({ who: 'sean', on: 'facebook', is: 'pending', agent: 'maria', ago: '20h', tags: ['warranty'] }, [
    'c The castor on the Miradouro footstool fell off. Do you do spares?',
    'a We do, Seán, for everything we ever made. Left or right, seen from the front?',
    "c I'll look when I'm home, it's currently a ramp for the dog",
    "a Give the engineer our regards. I'll wait for your answer.",
  ]),
  talk(
    {
      who: 'claire',
      on: 'whatsapp',
      is: 'pending',
      agent: 'lena',
      ago: '36h',
      tags: ['warranty', 'fr'],
      language: 'fr',
    },
    [
      "c Bonjour, la porte du buffet Oriente ne ferme plus bien depuis l'été.",
      "a Bonjour Claire, le chêne gonfle avec l'humidité, cela se règle à la charnière. Je vous envoie un petit film. Dites-moi si cela suffit ?",
      { a: 'Voici le lien : https://shop.example/aide/charniere', outcome: 'unreachable' },
    ],
  ),
  talk(
    {
      who: 'hannah',
      on: 'api',
      is: 'snoozed',
      agent: 'lena',
      ago: '40h',
      wakesIn: 30,
      tags: ['warranty'],
      subject: 'Warranty form: Tejo wall light',
    },
    [
      'c Warranty form: Tejo wall light, bought 14 months ago, LED module dead. Photo of the label attached.',
      'a Hi Hannah, confirmed, that is covered. The module is out of stock until Wednesday, then it flies to New York first thing.',
    ],
  ),
  talk({ who: 'bogdan', on: 'telegram', is: 'resolved', agent: 'lena', ago: '42d', tags: ['warranty'] }, [
    'c Hello, Serra lamp buzzes when dimmed to about 40 percent. Serial 15-1190.',
    'a Hello Bogdan, serials 15-1100 to 15-1250 have a driver that can do this. A quiet one is on its way, free of charge.',
    { c: 'Silence. Thank you!', after: 5000 },
  ]),
  talk(
    {
      who: 'nuno',
      on: 'whatsapp',
      is: 'resolved',
      agent: 'lena',
      ago: '21d',
      tags: ['warranty'],
      language: 'pt',
    },
    [
      'c O verniz do banco Belém está a sair onde o gato se deita...',
      'a Olá Nuno! Não é verniz, é óleo: o gato lixa-o com muito jeito. Ofereço-lhe um frasco para retocar.',
      'c O gato agradece e pede desculpa 🐈',
      { a: 'Está perdoado!', reaction: '😂' },
    ],
  ),
  talk(
    {
      who: 'krzysztof',
      on: 'facebook',
      is: 'resolved',
      agent: 'maria',
      ago: '16d',
      tags: ['warranty'],
      language: 'pl',
    },
    [
      'c Czy gwarancja obowiązuje też w Polsce? Kupiłem lampę podczas wakacji w Lizbonie.',
      'a Dzień dobry Krzysztof! Yes, it is valid everywhere, and the receipt from the showroom is enough.',
      'c To świetnie. Na razie działa, pytam na zapas :)',
      'a The best kind of question. Enjoy the lamp!',
    ],
  ),
  talk(
    {
      who: 'beatriz',
      on: 'whatsapp',
      is: 'resolved',
      agent: 'maria',
      ago: '14d',
      tags: ['warranty'],
      language: 'pt',
    },
    [
      'c Oi, o cordão da Aurora desfiou perto do teto. Troca ou conserto?',
      'a Oi Beatriz! Troca: mando um cordão novo de 2 m, qualquer eletricista instala em dez minutos.',
      'c Meu pai é eletricista, vai adorar reclamar disso',
      { c: 'Instalado! Ele reclamou só um pouquinho', after: 12000 },
    ],
  ),
  talk({ who: 'eleni', on: 'facebook', is: 'resolved', agent: 'lena', ago: '5d', tags: ['warranty'] }, [
    'c Kaliméra! How do I register my lamp for the warranty?',
    "a Kaliméra Eleni! You don't have to, your order number is enough for two years.",
    'c Wonderful, one form less in this world.',
  ]),
  talk(
    {
      who: 'anders',
      on: 'email',
      is: 'archived',
      agent: 'maria',
      ago: '42d',
      tags: ['warranty', 'vip'],
      subject: 'Spare glass for Aurora (2019)',
    },
    [
      "c Hi, my son's football met the Aurora from 2019. Is the old glass still made?",
      'a Hi Anders, the mould has changed, but we keep forty of the old ones for footballs. 38 € including post.',
      'c Ordered two. He is seven and aims badly.',
      'a Very wise.',
    ],
  ),
];

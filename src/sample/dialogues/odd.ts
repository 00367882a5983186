import { talk } from '../dialogue.ts';

/** Spam, wrong numbers, job seekers and other things that a shop receives. */
export const odd = [
  talk(
    {
      who: 'rocket',
      on: 'email',
      is: 'archived',
      ago: '18d',
      priority: 'low',
      subject: 'Page 1 of Google in 7 days!!!',
    },
    [
      'c Dear business owner, your website has 43 critical SEO errors. We bring you to page 1 in 7 days or money back!',
      { c: 'Just floating this to the top of your inbox. Did you see my offer?', after: 4320 },
      { n: 'Spam, blocked.', by: 'lena', after: 30 },
    ],
  ),
  talk({ who: 'rocket', on: 'instagram', is: 'archived', ago: '12d', priority: 'low' }, [
    'c Hey dear 🔥 want 10k real followers? DM for price list 🔥🔥',
    'c last chance, only 3 spots left!!',
  ]),
  talk({ who: 'helena', on: 'whatsapp', is: 'archived', agent: 'maria', ago: '35d', language: 'pt' }, [
    { c: 'Mãe, não te esqueças do bacalhau para logo', reaction: '😄' },
    'a Olá Helena, acho que esta mensagem era para outra pessoa. Mas o bacalhau também nos parecia bem!',
    'c Ai que vergonha 😂 desculpem! A minha mãe é a Maria também',
    'a Uma Maria que faz bacalhau, que inveja. Bom jantar!',
  ]),
  talk({ who: 'giulia', on: 'whatsapp', is: 'archived', agent: 'lena', ago: '30d', language: 'it' }, [
    { c: 'Amore sono sotto casa, apri', isDeleted: true },
    'c Scusate!! Numero sbagliato, che figura',
    'a Nessun problema, Giulia 😄 Speriamo che qualcuno abbia aperto.',
  ]),
  talk({ who: 'visitor', on: 'widget', is: 'archived', ago: '20d', priority: 'low' }, [
    'c asdf',
    'c is this a real person',
    'c ok bye',
  ]),
  talk({ who: 'olivia', on: 'instagram', is: 'resolved', agent: 'aisha', ago: '28d', priority: 'low' }, [
    "c Hi! I'm a content creator with 8k followers and would love to collaborate on a lamp 💡",
    "a Hi Olivia, thank you! We don't give away lamps, but you get the trade price if you want to photograph one.",
    'c Fair enough! Will think about it',
  ]),
  talk(
    {
      who: 'hannah',
      on: 'email',
      is: 'resolved',
      agent: 'tomas',
      ago: '16d',
      subject: 'Press: small makers of Lisbon',
    },
    [
      'c Hi, besides being a customer I write for a design newsletter. May I quote you on why you still make lamps by hand?',
      'a Hi Hannah, with pleasure. The short answer: machines are bad at uneven glass, and we are good at it. The owner would love to talk, Tuesday at 15:00 your time?',
      "c Tuesday is great, I'll call the showroom.",
      'a He will be there, and nervous.',
    ],
  ),
  talk(
    {
      who: 'vasco',
      on: 'email',
      is: 'resolved',
      agent: 'tomas',
      ago: '23d',
      subject: 'Candidatura espontânea',
      language: 'pt',
    },
    [
      {
        c: 'Boa tarde, um antigo aluno meu procura estágio em carpintaria. Posso enviar-vos o currículo dele?',
        document: 'curriculo-aluno.pdf',
      },
      'a Boa tarde professor, envie sim. O nosso carpinteiro procura ajuda a partir de setembro.',
      { c: 'Ele ficou radiante com a entrevista. Bem hajam!', after: 8700 },
    ],
  ),
  talk({ who: 'nuno', on: 'whatsapp', is: 'archived', agent: 'lena', ago: '38d', language: 'pt' }, [
    'c Boa noite, queria encomendar duas pizzas familiares, uma sem azeitonas',
    'a Boa noite! Só servimos candeeiros, todos sem azeitonas. A pizzaria tem o número quase igual ao nosso.',
    'c Ahah obrigado, vou tentar outra vez',
  ]),
  talk({ who: 'kenji', on: 'instagram', is: 'archived', agent: 'tomas', ago: '22d' }, [
    { c: '', photo: 'light-in-shinjuku.jpg' },
    'c Your lamp in a café in Shinjuku! I was surprised.',
    'a What a find! Thank you, Kenji. We sold them three in the spring and never saw where they ended up.',
  ]),
  talk({ who: 'thomas', on: 'whatsapp', is: 'new', ago: '11m', language: 'de' }, [
    { c: '', voice: 24 },
    'c Entschuldigung, das war aus Versehen. Aber wenn ich schon schreibe: ist der Tisch noch für Mittwoch geplant?',
  ]),
  talk({ who: 'ruth', on: 'widget', is: 'resolved', agent: 'aisha', ago: '31d' }, [
    "c I think I'm logged in as someone else?? It says 'Hello Levi'",
    'a That is our friendly computer shortening your company name, Ruth. I have corrected it.',
    'c Phew. Levi can go home then.',
  ]),
];

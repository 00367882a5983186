import { talk } from '../dialogue.ts';

export const damaged = [
  talk(
    {
      who: 'rui',
      on: 'whatsapp',
      is: 'open',
      agent: 'maria',
      ago: '52m',
      priority: 'high',
      tags: ['refund', 'batch-17', 'vip'],
      subject: 'Order 4471 arrived broken',
    },
    [
      { c: 'Bom dia! My order 4471 came today' },
      {
        c: 'It arrived broken, see the photo. Can you send a new one before Friday?',
        photo: 'alma-4471.jpg',
        reaction: '👍',
      },
      'a I am so sorry, Rui. A new one leaves the warehouse this afternoon, it will be with you on Thursday.',
      {
        n: 'Third broken Alma from this batch. @Maria please tag it with batch-17, I am collecting the photos for the potter.',
        by: 'lena',
      },
      { c: 'Perfect. Do I have to send the broken one back?', quotes: 2 },
    ],
  ),
  talk(
    {
      who: 'ines',
      on: 'whatsapp',
      is: 'open',
      agent: 'lena',
      ago: '75m',
      priority: 'high',
      tags: ['batch-17'],
      language: 'pt',
    },
    [
      'c Olá, recebi hoje o candeeiro Alma azul e a base tem uma racha de cima a baixo.',
      { c: '', photo: 'base-rachada.jpg' },
      'a Boa tarde, Inês. Lamento imenso. Consegue dizer-me o número que está por baixo da base?',
      'c É o 17-0342',
      'c Também perdeu um bocadinho de esmalte ao lado do cabo',
    ],
  ),
  talk(
    {
      who: 'marie',
      on: 'facebook',
      is: 'open',
      agent: 'maria',
      ago: '72m',
      tags: ['fr', 'batch-17'],
      language: 'fr',
    },
    [
      "c Bonjour, ma lampe Alma est arrivée hier avec le pied fêlé. L'emballage était intact pourtant.",
      'a Bonjour Marie, toutes mes excuses. Préférez-vous un remplacement ou un remboursement ?',
      "c Un remplacement, mais en ocre cette fois si c'est possible.",
    ],
  ),
  talk({ who: 'priya', on: 'widget', is: 'open', agent: 'maria', ago: '3h', language: 'en' }, [
    "c Hi, the glass shade of my Aurora pendant has a chip on the rim. It isn't visible once it hangs, so I don't want to send it back.",
    'a Thank you for telling us, Priya, and for being so kind about it. Would a 15 % credit be fair?',
    'c More than fair, yes.',
    {
      a: 'Done: 27 € go back to your card in two or three days. And if the rim ever bothers you, write to us and we swap the shade.',
      reaction: '🙏',
    },
  ]),
  talk({ who: 'john', on: 'facebook', is: 'open', agent: 'lena', ago: '5h', tags: ['delivery'] }, [
    'c The box with my Baixa bookshelf looks like somebody drove over it. Driver had gone before I could open it.',
    { c: 'Two of the five boards are split at the ends.', photo: 'baixa-boards.jpg' },
    "a Good grief. Please don't assemble it. Are the side panels all right?",
    'c Sides are fine, also the screws and the back.',
    'a Then I am sending two boards instead of the whole shelf, that is faster: eight working days to Manchester. Is that all right for you?',
    'c That works, cheers',
    "a They are booked. I'll write as soon as there is a tracking number.",
  ]),
  talk(
    {
      who: 'marta',
      on: 'whatsapp',
      is: 'new',
      ago: '25m',
      team: 'support',
      language: 'pl',
      tags: ['batch-17'],
    },
    [
      'c Dzień dobry, lampka Alma przyszła z pękniętą podstawą. Zamówienie 4522.',
      { c: '', photo: 'alma-pekniecie.jpg' },
    ],
  ),
  talk({ who: 'vasco', on: 'facebook', is: 'new', ago: '48m', team: 'support', language: 'pt' }, [
    'c Boas. A mesa Graça chegou com um risco enorme no tampo, uns 20 cm.',
    'c Tenho visitas no sábado, preciso de saber se trocam ou não',
  ]),
  talk(
    {
      who: 'pieter',
      on: 'email',
      is: 'pending',
      agent: 'maria',
      ago: '22h',
      subject: 'Scratched brass on the Farol lamp',
    },
    [
      'c Dear team, the Farol floor lamp I received has scratches along the brass tube, as if it had been on display. Is that a used piece?',
      'a Dear Pieter, no, we never send display pieces as new. It looks as if the tube rubbed against the foot in transit. Could you send us a photo in daylight? Then I can tell whether polishing helps or you get a new tube.',
    ],
  ),
  talk(
    { who: 'anders', on: 'whatsapp', is: 'snoozed', agent: 'lena', ago: '27h', wakesIn: 20, tags: ['vip'] },
    [
      'c Hej! One leg of the Miradouro chair came loose in the box, the thread in the wood is torn out.',
      'a Hi Anders, that should not happen. Our carpenter can make you a new front frame, he needs until next week.',
      'c No rush, I have another chair :)',
      {
        n: 'Carpenter confirms the frame for tomorrow. Look at it again then. @Maria FYI, second Miradouro with this thread.',
        by: 'lena',
      },
      "a Wonderful, thank you for your patience. I'll be back with a date.",
    ],
  ),
  talk(
    {
      who: 'grace',
      on: 'email',
      is: 'resolved',
      agent: 'lena',
      ago: '33d',
      subject: 'Cracked Alma lamp',
      tags: ['batch-17', 'vip'],
    },
    [
      'c Hello, the Alma lamp I ordered as a gift has a hairline crack around the base. I only noticed when I wrapped it. The birthday is on Sunday.',
      'a Hello Grace, thank you for writing in time. I found one in our London pop-up and a courier brings it to you on Friday. You need not send the other one back.',
      { c: "It came this morning and it's flawless. You saved the birthday.", after: 2880 },
      'a That makes our day. Happy birthday to whoever gets it!',
    ],
  ),
  talk(
    {
      who: 'sofia',
      on: 'instagram',
      is: 'resolved',
      agent: 'maria',
      ago: '26d',
      tags: ['batch-17', 'refund'],
      language: 'pt',
    },
    [
      'c Olá! Comprei o Alma branco na loja e em casa vi que a base tem uma fenda 😕',
      'a Olá Sofia! Lamento. Pode trazê-lo à loja ou prefere que o vamos buscar a Faro?',
      'c Podem vir buscar? Estou sem carro.',
      'a Claro. Vai um estafeta na quinta entre as 10h e as 13h. O dinheiro volta ao seu cartão no mesmo dia.',
      { c: 'Já levaram e já recebi o reembolso. Obrigada pela rapidez', after: 3300 },
    ],
  ),
  talk({ who: 'lars', on: 'widget', is: 'resolved', agent: 'maria', ago: '19d' }, [
    'c My Nuvem paper shade has a tear of 3 cm. It was like that when I unpacked it.',
    'a Sorry about that, Lars. Paper is a diva. A new shade is on its way, please recycle the torn one.',
    'c Diva accepted. Thanks!',
  ]),
  talk({ who: 'ute', on: 'facebook', is: 'resolved', agent: 'lena', ago: '12d', language: 'de' }, [
    'c Guten Tag, beim Schreibtischlicht Serra ist der Schalter eingedrückt und rastet nicht mehr.',
    { c: '', photo: 'serra-schalter.jpg' },
    'a Guten Tag Frau Hoffmann, das tut mir leid. Das ist ein Transportschaden, Sie bekommen eine neue Serra. Die alte holt der Bote gleich mit ab.',
    'c Muss ich sie dafür einpacken?',
    'a Es reicht der Karton, das Etikett bringt er mit.',
    { c: 'Hat alles geklappt, vielen Dank.', after: 4300 },
  ]),
  talk(
    {
      who: 'hannah',
      on: 'email',
      is: 'resolved',
      agent: 'maria',
      ago: '8d',
      subject: 'Sideboard: dented corner',
      tags: ['refund'],
    },
    [
      {
        c: 'Hi there, after ten weeks at sea my Oriente sideboard arrived with a dented rear corner. It will stand against a wall, but still.',
        photo: 'oriente-corner.jpg',
      },
      'a Hi Hannah, you are right, still. We can send our repair kit with matching oil and wood filler and give back 120 €, or start a claim with the shipper. What do you prefer?',
      "c The kit and the refund, please. I don't want to see another freight form this year.",
      {
        a: 'Both are on their way, and the kit has a short film on how to use it.',
        was: 'Both are on their way, and the kit has a short film on how to us it.',
      },
    ],
  ),
  talk({ who: 'zeynep', on: 'instagram', is: 'archived', agent: 'lena', ago: '38d' }, [
    "c One of the two Luar bedside lamps is dead on arrival. The bulb works in the other one, so it's the lamp.",
    'a Thanks for testing that already! A new one goes out today, and a label for the dead one is in your mail.',
    'c Super, it lights up. Closing my case myself 😄',
  ]),
];

import { talk } from '../dialogue.ts';

export const orders = [
  talk({ who: 'lars', on: 'widget', is: 'resolved', agent: 'tomas', ago: '10d' }, [
    "c Payment page says 'declined', but my bank says everything is fine.",
    'a Your bank wants you to confirm foreign payments in its app. Did it ask you anything?',
    'c Oh. It did, an hour ago, and I swiped it away.',
    'a Happens daily. Just try again, the cart is still there.',
    'c Went through now!',
  ]),
  talk({ who: 'marie', on: 'widget', is: 'open', agent: 'aisha', ago: '44m', tags: ['fr'], language: 'fr' }, [
    'c Bonjour, puis-je ajouter un abat-jour à la commande 4579 sans repayer la livraison ?',
    "a Bonjour Marie, oui, tant qu'elle n'est pas emballée, donc jusqu'à demain 10 h. Lequel ?",
    'c Le Nuvem de 40 cm, en blanc cassé',
    'c et une ampoule qui va avec, si vous en avez',
  ]),
  talk({ who: 'zeynep', on: 'facebook', is: 'open', agent: 'tomas', ago: '61m', tags: ['pre-sale'] }, [
    'c do you take klarna',
    'a Hi! Not Klarna, but you can pay in three parts by card, without interest.',
    'c ok and when is the first part taken',
  ]),
  talk(
    {
      who: 'helena',
      on: 'email',
      is: 'open',
      agent: 'aisha',
      ago: '17h',
      subject: 'Mesa à medida',
      language: 'pt',
    },
    [
      'c Boa tarde, afinal queria uma mesa Carvalho mais pequena, 1,60 m, que caiba no elevador. Fazem?',
      'a Boa tarde Helena! Fazemos, em cinco semanas. O elevador tem que medidas?',
      'c 1,10 por 1,40, e 2,15 de altura.',
      'a Então o tampo sobe na diagonal, com 6 cm de folga. Medi três vezes 😄 Envio-lhe o orçamento.',
      { a: 'Aqui está: 1 290 € com entrega e montagem.', document: 'orcamento-mesa-160.pdf' },
    ],
  ),
  talk(
    {
      who: 'min',
      on: 'api',
      is: 'resolved',
      agent: 'maria',
      ago: '8d',
      subject: 'Order 4529: gift wrapping',
    },
    [
      'c Order note: please wrap as a gift and leave the price out.',
      'a Hello Minji, wrapped in blue paper, no price anywhere. What should the card say?',
      "c 'For a brighter desk, Dad.' Thank you.",
      'a Written by hand and sealed.',
    ],
  ),
  talk({ who: 'noor', on: 'instagram', is: 'new', ago: '5m', language: 'ar' }, [
    'c مرحباً، هل يمكن الدفع بالتحويل البنكي؟',
    'c الطلب رقم 4583',
  ]),
  talk({ who: 'eva', on: 'widget', is: 'resolved', agent: 'aisha', ago: '35d' }, [
    'c I ordered twice by accident, 4441 and 4442.',
    'a The second one is cancelled and never charged. Happy with the first?',
    'c Yes, one table is enough :)',
  ]),
  talk(
    {
      who: 'vasco',
      on: 'email',
      is: 'pending',
      agent: 'tomas',
      ago: '37h',
      subject: 'Encomenda para a escola',
      language: 'pt',
    },
    [
      'c Boa tarde, a escola precisa de três orçamentos antes de poder comprar. Podem fazer um?',
      'a Boa tarde professor, claro, segue em anexo. Só o nosso, os outros dois não nos deixam 😄 Precisa dele carimbado?',
    ],
  ),
  talk(
    {
      who: 'ines',
      on: 'email',
      is: 'pending',
      agent: 'aisha',
      ago: '26h',
      subject: 'Vale de oferta',
      language: 'pt',
    },
    [
      'c Olá, o vale de oferta que comprei para a minha irmã tem prazo?',
      'a Olá Inês, três anos. Quer que o enviemos por e-mail ou impresso num envelope bonito?',
    ],
  ),
  talk(
    {
      who: 'rosa',
      on: 'email',
      is: 'snoozed',
      agent: 'aisha',
      ago: '32h',
      wakesIn: 44,
      subject: 'Reserva de la última Farol',
      language: 'es',
    },
    [
      'c Buenas, ¿me podéis guardar la última Farol hasta que cobre el viernes?',
      'a ¡Hola Rosa! Guardada hasta el sábado, con tu nombre pegado.',
      'c Sois lo más',
      'a Te escribimos el viernes para que no se te pase.',
    ],
  ),
  talk({ who: 'ines', on: 'whatsapp', is: 'resolved', agent: 'tomas', ago: '20d', language: 'pt' }, [
    'c Bom dia! Ainda consigo mudar a cor da encomenda 4488?',
    { c: 'Ocre', choice: { id: 'colour-ochre', title: 'Ocre' } },
    'a Bom dia Inês, mudado para ocre, segue amanhã.',
    { c: 'Obrigadaaa', reaction: '👍' },
  ]),
  talk({ who: 'sara', on: 'whatsapp', is: 'resolved', agent: 'maria', ago: '26d', language: 'ar' }, [
    'c هل يمكنني إضافة بطاقة تهنئة إلى الطلب؟',
    'a بالتأكيد سارة، ماذا نكتب عليها؟',
    'c مبروك البيت الجديد، من سارة وأحمد',
    { a: 'كتبناها بخط اليد، وستصل مع الطلب.', reaction: '🌸' },
  ]),
  talk({ who: 'daniel', on: 'whatsapp', is: 'resolved', agent: 'lena', ago: '9d', language: 'pt' }, [
    'c Queria cancelar a cadeira da encomenda 4516 e manter o resto',
    { c: 'Sim, cancelar só a cadeira', choice: { id: 'cancel-item', title: 'Sim, cancelar só a cadeira' } },
    'a Feito, Daniel. A cadeira saiu da encomenda e os 210 € voltam ao cartão.',
    'c Impecável',
  ]),
  talk({ who: 'anna', on: 'instagram', is: 'resolved', agent: 'aisha', ago: '11d', language: 'pl' }, [
    'c Hej, czy mogę odebrać zamówienie w piątek zamiast w czwartek?',
    'a Hej Anna! Friday is fine, the carrier knows. Between 9 and 13.',
    'c Super, dzięki wielkie!',
  ]),
  talk(
    {
      who: 'ute',
      on: 'email',
      is: 'resolved',
      agent: 'tomas',
      ago: '29d',
      subject: 'Ist der Vorrat echt?',
      language: 'de',
    },
    [
      "c Guten Tag, im Shop steht seit Tagen 'nur noch 2 Stück'. Stimmt das oder ist das ein Trick?",
      'a Guten Tag Frau Hoffmann, es stimmt, ich stehe gerade davor. Es ist die letzte Serie mit dem Leinenschirm.',
      'c Dann bitte eine für mich. Ehrlichkeit wird belohnt.',
      'a Zurückgelegt. Und jetzt ist es nur noch 1 Stück.',
    ],
  ),
  talk({ who: 'fatima', on: 'whatsapp', is: 'resolved', agent: 'tomas', ago: '33d', language: 'fr' }, [
    'c Bonjour, je peux payer à la livraison à Casablanca ?',
    'a Bonjour Fatima, malheureusement non, mais le virement est possible et nous envoyons dès réception.',
    "c D'accord, je fais le virement demain inchallah",
    { c: "C'est fait, voici le reçu.", document: 'virement.pdf', after: 1300 },
    'a Bien reçu, votre lampe part ce soir.',
  ]),
];

import { talk } from '../dialogue.ts';

export const invoices = [
  talk(
    {
      who: 'vogel',
      on: 'email',
      is: 'open',
      agent: 'lena',
      ago: '58m',
      tags: ['invoice', 'vip'],
      subject: 'Rechnung 2207 ohne USt-IdNr.',
      language: 'de',
    },
    [
      'c Sehr geehrte Damen und Herren, auf der Rechnung 2207 fehlt unsere Umsatzsteuer-Identifikationsnummer. Bitte korrigieren Sie das.',
      'a Sehr geehrter Herr Dr. Vogel, gern. Bitte senden Sie mir die Nummer und den genauen Firmennamen, dann erhalten Sie heute eine neue Rechnung ohne Mehrwertsteuer.',
      'c Kanzlei Dr. Vogel PartG mbB, DE 999 999 999. Bitte auch an buchhaltung@kanzlei-vogel.example.',
    ],
  ),
  talk(
    {
      who: 'isabel',
      on: 'email',
      is: 'open',
      agent: 'tomas',
      ago: '4h',
      tags: ['invoice', 'vip'],
      subject: 'Uma fatura por obra',
      language: 'pt',
    },
    [
      'c Bom dia Tomás, podemos passar a ter uma fatura por obra em vez de uma por mês? O meu contabilista está a enlouquecer.',
      'a Bom dia Isabel! Claro. Basta pôr o nome da obra na referência da encomenda e a fatura sai separada.',
      'c E as deste mês, ainda dá para dividir?',
      {
        a: 'Dividi agora as quatro deste mês, estão na sua conta. O contabilista já pode respirar.',
        document: 'faturas-por-obra.pdf',
      },
    ],
  ),
  talk(
    {
      who: 'ruth',
      on: 'email',
      is: 'open',
      agent: 'aisha',
      ago: '28h',
      tags: ['invoice', 'bulk'],
      subject: 'Proforma for customs',
    },
    [
      'c Hi Aisha, customs in Haifa needs a proforma with HS codes for the twenty desk lamps.',
      'a Hi Ruth, attached. Lamps are 9405 21, the spare diffusers 9405 92.',
      'c Perfect. They also ask for the country of origin per line, is it all Portugal?',
      'a All but the LED drivers, those come from Austria. I have put it on every line.',
      { a: 'Here is the new version.', document: 'proforma-ruth-v2.pdf' },
    ],
  ),
  talk(
    {
      who: 'min',
      on: 'email',
      is: 'new',
      ago: '21m',
      tags: ['invoice'],
      subject: 'Receipt in English please',
    },
    [
      'c Hello, could I have the receipt of order 4570 in English? My company only accepts English or Korean.',
      'c Sorry, and with the company name: Hanok Studio Co.',
    ],
  ),
  talk({ who: 'carmen', on: 'facebook', is: 'new', ago: '105m', tags: ['invoice'], language: 'es' }, [
    'c Hola, necesito factura con NIF de la lámpara que compré en la web',
    'c No me dejaba poner el NIF al pagar',
  ]),
  talk(
    {
      who: 'garnier',
      on: 'email',
      is: 'pending',
      agent: 'aisha',
      ago: '25h',
      tags: ['invoice', 'fr'],
      subject: 'Facture 2188 : adresse du chantier',
      language: 'fr',
    },
    [
      "c Bonjour, la facture 2188 porte l'adresse du chantier au lieu de celle de l'atelier. Pouvez-vous la refaire ?",
      "a Bonjour Hélène, oui. Dois-je garder l'adresse du chantier comme adresse de livraison sur le document ? Votre client la verra.",
    ],
  ),
  talk(
    {
      who: 'cafe',
      on: 'email',
      is: 'pending',
      agent: 'tomas',
      ago: '40h',
      tags: ['invoice'],
      subject: 'Faktura i VAT',
      language: 'pl',
    },
    [
      'c Dzień dobry, czy mogą Państwo wystawić fakturę z odwrotnym obciążeniem? NIP PL 0000000000.',
      "a Good morning Katarzyna, I am answering in English, I hope that is all right. Your VAT number isn't active for trade within the EU yet, so we would have to charge VAT.",
      'c O, nie wiedziałam. Zapytam księgową.',
      'a No hurry. I keep the order open for you until the end of the month.',
    ],
  ),
  talk(
    {
      who: 'nuno',
      on: 'widget',
      is: 'resolved',
      agent: 'lena',
      ago: '32d',
      tags: ['invoice'],
      language: 'pt',
    },
    [
      'c Boa tarde, esqueci-me de pôr o NIF na encomenda 4415. Ainda vão a tempo?',
      'a Boa tarde Nuno, sim, até ao fim do mês conseguimos anular e emitir outra. Qual é o NIF?',
      'c 999 999 990, obrigado!',
      'a Segue a fatura nova em anexo ao e-mail da encomenda.',
    ],
  ),
  talk({ who: 'priya', on: 'widget', is: 'resolved', agent: 'maria', ago: '27d', tags: ['invoice'] }, [
    'c Hi, the courier asks me for IGST although the cart said duties included. Did I misread it?',
    "a You read it right, Priya, and the courier didn't. Please do not pay, I'm sending them our duty account now.",
    { c: 'They delivered without asking again. Thanks for standing up to them.', after: 2700 },
  ]),
  talk(
    {
      who: 'hotel',
      on: 'email',
      is: 'resolved',
      agent: 'tomas',
      ago: '15d',
      tags: ['invoice', 'bulk'],
      subject: 'Prazo de pagamento',
      language: 'pt',
    },
    [
      'c Caro Tomás, o nosso departamento financeiro só paga a 60 dias. É possível?',
      'a Caro Miguel, a partir da segunda encomenda sim. Nesta, proponho 50 % agora e 50 % a 60 dias.',
      'c Aceite. Mando a nota de encomenda amanhã.',
      { n: 'Agreed with @Aisha: 60 days for Hotel Alfama from order two on.' },
      'a Ótimo, fico à espera. Um abraço para toda a equipa.',
    ],
  ),
  talk(
    {
      who: 'moreau',
      on: 'email',
      is: 'resolved',
      agent: 'aisha',
      ago: '9d',
      tags: ['invoice', 'fr'],
      subject: 'Dépôt Chorus Pro',
      language: 'fr',
    },
    [
      "c Bonjour, en tant qu'école publique nous ne pouvons recevoir vos factures que par Chorus Pro.",
      "a Bonjour Madame Moreau, c'est une première pour nous, mais j'ai ouvert un compte. Pouvez-vous m'indiquer le code service ?",
      "c Service ECO-31. Merci d'avoir pris cette peine !",
      { a: 'La facture est déposée, numéro 2195.', after: 130 },
    ],
  ),
  talk({ who: 'hannah', on: 'widget', is: 'archived', agent: 'maria', ago: '37d', tags: ['invoice'] }, [
    'c Is the price on the invoice in euros or dollars? It only says 312.',
    'a In euros. We have put the sign back, it got lost in the new layout. Thank you for the hint!',
  ]),
];

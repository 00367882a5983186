export interface SampleCustomer {
  readonly name: string;
  readonly city: string;
  readonly locale: string;
  readonly timezone: string;
  readonly plan: 'Gold' | 'Silver' | 'Standard' | 'Trade';
  readonly orders: number;
  /** Digits; from ranges that nobody answers where a country has such. */
  readonly phone?: string;
  readonly email?: string;
  /** The name on Instagram. */
  readonly instagram?: string;
}

type Row = readonly [
  name: string,
  city: string,
  locale: string,
  timezone: string,
  plan: SampleCustomer['plan'],
  orders: number,
  reach?: { phone?: string; email?: string; instagram?: string },
];

// biome-ignore format: a table, one customer a line
const rows = {
  rui: ['Rui Pereira', 'Porto', 'pt-PT', 'Europe/Lisbon', 'Gold', 14, { phone: '351910000002', email: 'rui@mail.example' }],
  ines: ['Inês Carvalho', 'Braga', 'pt-PT', 'Europe/Lisbon', 'Silver', 5, { phone: '351910000003', instagram: 'ines.carvalho' }],
  sara: ['سارة أحمد', 'Cairo', 'ar-EG', 'Africa/Cairo', 'Standard', 2, { phone: '201000000104', email: 'sara.ahmed@mail.example' }],
  piotr: ['Piotr Wiśniewski', 'Kraków', 'pl-PL', 'Europe/Warsaw', 'Standard', 3, { phone: '48600000105' }],
  camille: ['Camille Rousseau', 'Lyon', 'fr-FR', 'Europe/Paris', 'Silver', 6, { phone: '33639980106', email: 'camille@post.example' }],
  jonas: ['Jonas Weber', 'Hamburg', 'de-DE', 'Europe/Berlin', 'Standard', 1, { phone: '491713920017', email: 'jonas.weber@post.example' }],
  lucia: ['Lucía Fernández', 'Madrid', 'es-ES', 'Europe/Madrid', 'Gold', 11, { phone: '34600000108', instagram: 'lucia.fdez' }],
  emma: ['Emma Clarke', 'Bristol', 'en-GB', 'Europe/London', 'Standard', 2, { phone: '447700900109', instagram: 'emma.at.home' }],
  yuki: ['佐藤 由紀', 'Osaka', 'ja-JP', 'Asia/Tokyo', 'Standard', 1, { phone: '819000000110', email: 'yuki.sato@mail.example' }],
  beatriz: ['Beatriz Nogueira', 'São Paulo', 'pt-BR', 'America/Sao_Paulo', 'Silver', 4, { phone: '5511900000111' }],
  omar: ['عمر الحسن', 'Dubai', 'ar-AE', 'Asia/Dubai', 'Gold', 9, { phone: '971500000112', email: 'omar.alhassan@mail.example' }],
  daniel: ['Daniel Costa', 'Lisbon', 'pt-PT', 'Europe/Lisbon', 'Standard', 3, { phone: '351910000013', email: 'daniel.costa@mail.example' }],
  marta: ['Marta Lewandowska', 'Warszawa', 'pl-PL', 'Europe/Warsaw', 'Silver', 4, { phone: '48600000114', email: 'marta.lew@post.example' }],
  thomas: ['Thomas Keller', 'Zürich', 'de-CH', 'Europe/Zurich', 'Gold', 8, { phone: '41780000115' }],
  giulia: ['Giulia Romano', 'Milano', 'it-IT', 'Europe/Rome', 'Silver', 5, { phone: '393000000116', instagram: 'giulia_romano' }],
  sean: ['Seán Murphy', 'Dublin', 'en-IE', 'Europe/Dublin', 'Standard', 2, { phone: '353209100117' }],
  fatima: ['فاطمة الزهراء', 'Casablanca', 'ar-MA', 'Africa/Casablanca', 'Standard', 2, { phone: '212600000118' }],
  helena: ['Helena Duarte', 'Coimbra', 'pt-PT', 'Europe/Lisbon', 'Silver', 7, { phone: '351910000019' }],
  pieter: ['Pieter de Vries', 'Utrecht', 'nl-NL', 'Europe/Amsterdam', 'Standard', 3, { phone: '31600000120', email: 'pieter@post.example' }],
  claire: ['Claire Dubois', 'Bruxelles', 'fr-BE', 'Europe/Brussels', 'Silver', 4, { phone: '32470000121', email: 'claire.dubois@post.example' }],
  rosa: ['Rosa Giménez', 'Valencia', 'es-ES', 'Europe/Madrid', 'Standard', 1, { phone: '34600000122' }],
  anders: ['Anders Lindqvist', 'Göteborg', 'sv-SE', 'Europe/Stockholm', 'Gold', 10, { phone: '46701740623' }],
  nuno: ['Nuno Tavares', 'Lisbon', 'pt-PT', 'Europe/Lisbon', 'Silver', 6, { phone: '351910000024', email: 'nuno.tavares@mail.example' }],
  grace: ['Grace Okafor', 'London', 'en-GB', 'Europe/London', 'Gold', 12, { phone: '447700900125', email: 'grace.okafor@mail.example' }],
  anna: ['Anna Kowalska', 'Gdańsk', 'pl-PL', 'Europe/Warsaw', 'Standard', 2, { instagram: 'anna.kowalska' }],
  leo: ['Léo Martin', 'Bordeaux', 'fr-FR', 'Europe/Paris', 'Standard', 1, { instagram: 'leo.mrtn' }],
  sofia: ['Sofia Almeida', 'Faro', 'pt-PT', 'Europe/Lisbon', 'Silver', 5, { instagram: 'sofia.almeida.casa' }],
  mia: ['Mia Schneider', 'Berlin', 'de-DE', 'Europe/Berlin', 'Standard', 3, { instagram: 'mia.wohnt' }],
  kenji: ['田中 健司', 'Tokyo', 'ja-JP', 'Asia/Tokyo', 'Standard', 1, { instagram: 'kenji_t' }],
  zeynep: ['Zeynep Yılmaz', 'İstanbul', 'tr-TR', 'Europe/Istanbul', 'Silver', 4, { instagram: 'zeynep.ev' }],
  noor: ['نور الدين', 'Amman', 'ar-JO', 'Asia/Amman', 'Standard', 1, { instagram: 'noor.interiors' }],
  olivia: ['Olivia Bennett', 'Melbourne', 'en-AU', 'Australia/Melbourne', 'Standard', 0, { instagram: 'oliviabnnt' }],
  pablo: ['Pablo Ruiz', 'Sevilla', 'es-ES', 'Europe/Madrid', 'Standard', 2, { instagram: 'pabloruiz.foto' }],
  chiara: ['Chiara Conti', 'Roma', 'it-IT', 'Europe/Rome', 'Standard', 1, { instagram: 'chiara.conti' }],
  marie: ['Marie Lefèvre', 'Paris', 'fr-FR', 'Europe/Paris', 'Silver', 5, { email: 'marie.lefevre@post.example' }],
  john: ['John Harris', 'Manchester', 'en-GB', 'Europe/London', 'Standard', 2, { email: 'j.harris@mail.example' }],
  teresa: ['Teresa Matos', 'Setúbal', 'pt-PT', 'Europe/Lisbon', 'Silver', 6, {}],
  krzysztof: ['Krzysztof Zając', 'Łódź', 'pl-PL', 'Europe/Warsaw', 'Standard', 1, { email: 'k.zajac@post.example' }],
  ute: ['Ute Hoffmann', 'Köln', 'de-DE', 'Europe/Berlin', 'Silver', 4, { email: 'ute.hoffmann@post.example' }],
  carmen: ['Carmen Ortega', 'Málaga', 'es-ES', 'Europe/Madrid', 'Standard', 3, {}],
  eleni: ['Ελένη Παπαδοπούλου', 'Athens', 'el-GR', 'Europe/Athens', 'Standard', 2, {}],
  laila: ['ليلى منصور', 'Beirut', 'ar-LB', 'Asia/Beirut', 'Standard', 1, {}],
  vasco: ['Vasco Pinto', 'Évora', 'pt-PT', 'Europe/Lisbon', 'Standard', 2, { email: 'vasco.pinto@mail.example' }],
  garnier: ['Hélène Garnier', 'Nantes', 'fr-FR', 'Europe/Paris', 'Trade', 22, { email: 'helene@atelier-garnier.example' }],
  hotel: ['Miguel Antunes', 'Lisbon', 'pt-PT', 'Europe/Lisbon', 'Trade', 9, { email: 'compras@hotel-alfama.example', phone: '351910000045' }],
  cafe: ['Katarzyna Dąbrowska', 'Wrocław', 'pl-PL', 'Europe/Warsaw', 'Trade', 3, { email: 'kasia@kawiarnia-most.example' }],
  vogel: ['Dr. Stefan Vogel', 'München', 'de-DE', 'Europe/Berlin', 'Gold', 7, { email: 'vogel@kanzlei-vogel.example' }],
  isabel: ['Isabel Marques', 'Porto', 'pt-PT', 'Europe/Lisbon', 'Trade', 31, { email: 'isabel@studio-marques.example' }],
  ruth: ['רות לוי', 'Tel Aviv', 'he-IL', 'Asia/Jerusalem', 'Trade', 4, { email: 'ruth@cowork-levy.example' }],
  wei: ['陈伟', 'Singapore', 'zh-SG', 'Asia/Singapore', 'Standard', 2, { email: 'wei.chen@mail.example' }],
  moreau: ['Brigitte Moreau', 'Toulouse', 'fr-FR', 'Europe/Paris', 'Trade', 2, { email: 'b.moreau@ecole-des-tilleuls.example' }],
  ivana: ['Ивана Петровић', 'Beograd', 'sr-RS', 'Europe/Belgrade', 'Standard', 2, { email: 'ivana.p@mail.example' }],
  min: ['김민지', 'Seoul', 'ko-KR', 'Asia/Seoul', 'Standard', 1, { email: 'minji.kim@mail.example' }],
  priya: ['Priya Raman', 'Bengaluru', 'en-IN', 'Asia/Kolkata', 'Silver', 3, { email: 'priya.raman@mail.example' }],
  lars: ['Lars Nielsen', 'Aarhus', 'da-DK', 'Europe/Copenhagen', 'Gold', 8, { email: 'lars.nielsen@post.example' }],
  eva: ['Eva Nováková', 'Praha', 'cs-CZ', 'Europe/Prague', 'Standard', 2, { email: 'eva.novakova@post.example' }],
  visitor: ['Visitor 4821', 'unknown', 'en', 'Europe/Lisbon', 'Standard', 0],
  hannah: ['Hannah Cohen', 'New York', 'en-US', 'America/New_York', 'Silver', 3, { email: 'hannah.cohen@mail.example' }],
  bogdan: ['Bogdan Ionescu', 'Cluj-Napoca', 'ro-RO', 'Europe/Bucharest', 'Standard', 2, { email: 'bogdan.ionescu@post.example' }],
  rocket: ['Rank Rocket Team', 'unknown', 'en', 'Europe/London', 'Standard', 0, { email: 'grow@rank-rocket.example', instagram: 'rank.rocket.growth' }],
} as const satisfies Record<string, Row>;

export type CustomerKey = keyof typeof rows;

const customerOf = ([name, city, locale, timezone, plan, orders, reach]: Row): SampleCustomer => ({
  name,
  city,
  locale,
  timezone,
  plan,
  orders,
  ...reach,
});
export const sampleCustomers = new Map<CustomerKey, SampleCustomer>(
  Object.entries(rows).map(([key, row]) => [key as CustomerKey, customerOf(row)]),
);

/** Nobody is to be bothered by them again. */
export const blockedCustomers: ReadonlySet<CustomerKey> = new Set(['rocket']);

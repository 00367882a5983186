import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchInbound } from './inbound.ts';
import { benchMix } from './mix.ts';
import type { BenchOptions } from './options.ts';
import { benchParse } from './parse.ts';
import { benchReads } from './reads.ts';
import { type BenchResult, goalLine, tableOf } from './report.ts';
import { benchTenants } from './tenants.ts';

const benchmarks: Readonly<Record<string, (options: BenchOptions) => Promise<BenchResult>>> = {
  inbound: benchInbound,
  mix: benchMix,
  parse: benchParse,
  reads: benchReads,
  tenants: benchTenants,
};

const USAGE = `npm run bench -- [${Object.keys(benchmarks).join('|')}] [options]
  --json                 one JSON document for each benchmark instead of a table
  --seconds <n>          length of a measured round (5)
  --rounds <n>           rounds of each case (3)
  --quick                a look at everything in little time; no figures to quote
  --patient              wait for a calm machine before each round, repeat a round that others disturbed
  --conversations <n>    of the large tenant in reads (1000000)
  --explain              reads: the plan of each statement
  --case <text>          inbound: only cases whose name contains it
  --prepared-floor       inbound: the floor's statements, too, are prepared and planned once a connection
  --new-customers <n>    inbound: so many of a hundred messages from people who never wrote before
  --profile <folder>     CPU profiles of the server under test`;

function numberOf(text: string | undefined, fallback: number): number {
  const number = Number(text ?? fallback);
  if (!(number >= 0)) throw new Error(`"${text}" is no number.\n${USAGE}`);
  return number;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      patient: { type: 'boolean', default: false },
      explain: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      conversations: { type: 'string' },
      'new-customers': { type: 'string' },
      'prepared-floor': { type: 'boolean', default: false },
      profile: { type: 'string' },
      case: { type: 'string' },
    },
  });
  if (values.help) return console.log(USAGE);
  const names = positionals.length > 0 ? positionals : Object.keys(benchmarks);
  const unknown = names.filter(name => !benchmarks[name]);
  if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}.\n${USAGE}`);
  const isQuick = values.quick;
  const profileFolder = values.profile && resolve(values.profile);
  if (profileFolder) mkdirSync(profileFolder, { recursive: true });
  const options: BenchOptions = {
    isQuick,
    isPatient: values.patient,
    isFloorPrepared: values['prepared-floor'],
    seconds: numberOf(values.seconds, isQuick ? 1 : 5),
    rounds: numberOf(values.rounds, 3),
    conversations: numberOf(values.conversations, isQuick ? 20_000 : 1_000_000),
    newCustomersPercent: numberOf(values['new-customers'], 0),
    showsPlans: values.explain,
    onlyCase: values.case ?? '',
    profileFolder: profileFolder || undefined,
    progress: line => console.error(line),
  };
  for (const name of names) {
    const result = await benchmarks[name]?.(options);
    if (!result) continue;
    if (values.json) {
      console.log(JSON.stringify(result.document, null, 2));
      continue;
    }
    console.log(tableOf(result.document));
    for (const goal of result.goals) console.log(goalLine(goal));
    for (const note of result.notes ?? []) console.log(`\n${note}`);
    console.log('');
  }
}

await main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});

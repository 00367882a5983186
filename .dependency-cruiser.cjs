/**
 * The order of a feature folder is the order in which features may know each other: each one sees those to its
 * left, through their index.ts. A new feature gets its place here. When two want each other, the lower one says
 * what it needs as an interface (or writes an outbox row) and the upper one, or src/app, gives it.
 */
const features = [
  'users',
  'auth',
  'channels',
  'customers',
  'conversations',
  'attachments',
  'inbound',
  'outbound',
  'external',
  'events',
];

/** From the ground up. A folder sees what stands below its own floor; floor 1 alone also sees its neighbours. */
const floors = [
  ['src/kit', 'src/contract'],
  ['src/db', 'src/config', 'src/observability', 'src/net'],
  ['src/landlord'],
  ['src/tenancy'],
  ['src/jobs', 'src/platforms', 'src/http', 'src/realtime', 'src/media', 'src/simulator', 'src/sample'],
  ['src/features'],
  ['src/app'],
  ['workers', 'src/cli', 'src/main.ts'],
];

/** What the kit may import beside Node: small, pure, without I/O. */
const kitPackages = [];

const migrations = ['landlord-migrations', 'tenant-migrations'];
const ours = ['src', 'workers', ...migrations, 'web', 'widget', 'bench', 'test', 'scripts', 'bin'];

/** A pattern for all that lies at or under these paths. */
const under = (...paths) => `^(?:${paths.join('|').replaceAll('.', '\\.')})(?:/|$)`;
const except = (all, ...allowed) => all.filter(path => !allowed.includes(path));

const rules = [];
/** Modules that match `from` must not import what matches `to`. */
const forbid = (name, comment, from, to, severity = 'error') =>
  rules.push({ name, comment, severity, from, to });
/** Of our own code, this part sees itself and these paths only. */
const seesOnly = (name, comment, part, ...paths) =>
  forbid(name, comment, { path: under(part) }, { path: under(...ours), pathNot: under(part, ...paths) });

// Floors

for (const [floor, folders] of floors.entries()) {
  const above = floors.slice(floor + 1).flat();
  if (above.length === 0) continue;
  forbid(
    `down-only-from-floor-${floor}`,
    `Imports go down only: ${folders.join(', ')} may not see what is built on them.`,
    { path: under(...folders) },
    { path: under(...above) },
  );
}

forbid(
  'folder-without-a-floor',
  'Give the folder its floor at the top of this file.',
  { path: '^src/', pathNot: under(...floors.flat()) },
  {},
);

for (const folder of floors[4]) {
  const neighbours = except(floors[4], folder, folder === 'src/realtime' ? 'src/http' : '');
  forbid(
    `apart-${folder.slice(4)}`,
    'These rooms do not see each other (realtime alone may see http: sockets carry the same principal).',
    { path: under(folder) },
    { path: under(...neighbours) },
  );
}

forbid(
  'entry-order',
  'main.ts sees cli and workers, cli sees workers, and nothing sees main.ts.',
  { path: under('src/cli', 'workers') },
  { path: under('src/main.ts') },
);
forbid(
  'workers-do-not-see-cli',
  'A worker is started by a command and knows none.',
  { path: under('workers') },
  { path: under('src/cli') },
);

// Single rooms

seesOnly('kit-stands-alone', 'The kit knows nothing of this program.', 'src/kit');
forbid(
  'kit-packages',
  'The kit imports Node and the packages in kitPackages at the top of this file.',
  { path: under('src/kit') },
  { path: 'node_modules/', pathNot: `node_modules/(?:${kitPackages.join('|')})/` },
);
seesOnly('contract-stands-alone', 'The contract is read by browsers and outsiders.', 'src/contract');
forbid(
  'contract-imports-zod-only',
  'The contract must load in a browser: zod and nothing else, not even Node.',
  { path: under('src/contract') },
  { pathNot: [under('src/contract'), 'node_modules/zod/'] },
);
seesOnly(
  'platforms-know-no-database',
  'An adapter is pure but for the calls it makes: no database, tenants or configuration.',
  'src/platforms',
  'src/kit',
  'src/contract',
  'src/observability',
);
forbid(
  'platforms-know-no-server',
  'An adapter gets a raw delivery and answers with facts: express, knex, pg and queues are not its matter.',
  { path: under('src/platforms') },
  { path: 'node_modules/(?:@types/)?(?:express|knex|pg|bullmq|ioredis|socket\\.io)/' },
);
seesOnly(
  'simulator-is-an-outsider',
  'The simulator plays the platforms: it knows us as they do, by the wire.',
  'src/simulator',
  'src/kit',
  'src/contract',
  'src/observability',
);

// Features

for (const [place, feature] of features.entries()) {
  const toTheRight = features.slice(place + 1).map(name => `src/features/${name}`);
  if (toTheRight.length === 0) continue;
  forbid(
    `feature-order-${feature}`,
    'A feature sees those to its left in the order at the top of this file.',
    { path: under(`src/features/${feature}`) },
    { path: under(...toTheRight) },
  );
}

const placed = under(...features.map(name => `src/features/${name}`));
forbid(
  'feature-without-a-place',
  'Give the feature its place in the order at the top of this file.',
  { path: under('src/features'), pathNot: placed },
  {},
);
forbid(
  'feature-without-a-place-imported',
  'Give the feature its place in the order at the top of this file.',
  {},
  { path: under('src/features'), pathNot: placed },
);
forbid(
  'feature-through-its-index',
  "A feature's inside is its own: import its index.ts.",
  { path: '^src/features/([^/]+)/' },
  { path: '^src/features/[^/]+/.', pathNot: ['^src/features/$1/', '^src/features/[^/]+/index\\.ts$'] },
);
forbid(
  'feature-through-its-index-from-outside',
  "A feature's inside is its own: import its index.ts.",
  { pathNot: under('src/features', 'test') },
  { path: '^src/features/[^/]+/.', pathNot: '^src/features/[^/]+/index\\.ts$' },
);

// Beside src

seesOnly('web-sees-the-contract', 'The browser knows the wire shapes and no more.', 'web', 'src/contract');
seesOnly(
  'widget-sees-the-contract',
  'The browser knows the wire shapes and no more.',
  'widget',
  'src/contract',
);
forbid(
  'browser-without-node',
  "Node's modules are not in a browser.",
  { path: under('web/src', 'widget') },
  { dependencyTypes: ['core'] },
);
for (const folder of migrations) {
  seesOnly(
    `${folder}-stand-alone`,
    'A migration must mean the same for ever: it imports the word Migration and nothing that changes.',
    folder,
    'src/db/migration.ts',
  );
}
forbid(
  'migrations-are-handed-down',
  'Only what composes the program names the migrations; the migrator gets them as an argument.',
  { path: under(...floors.slice(0, 6).flat()) },
  { path: under(...migrations) },
);
forbid(
  'src-stands-alone',
  'The program does not lean on what only surrounds it.',
  { path: under('src', 'workers') },
  { path: under('web', 'widget', 'bench', 'scripts', 'bin') },
);
forbid(
  'tests-are-leaves',
  'Nothing but tests imports tests; a benchmark may read the bodies that adapters are tried with.',
  { pathNot: under('test', 'bench') },
  { path: under('test') },
);
forbid(
  'bench-sees-samples',
  'Of the tests a benchmark sees the samples of bodies.',
  { path: under('bench') },
  { path: under('test'), pathNot: under('test/contract/samples') },
);

// Packages

forbid(
  'no-dev-packages',
  'What runs in production must be a dependency, or the installed program does not start.',
  // `-from-source` reads TypeScript where nothing is built, and is in no build.
  { path: under('src', 'workers', ...migrations), pathNot: '-from-source\\.mjs$' },
  { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
);
forbid(
  'no-unlisted-packages',
  'The package is in node_modules by chance only: add it to package.json.',
  {},
  { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
);
forbid('no-unresolvable', 'The import leads nowhere.', {}, { couldNotResolve: true });

// Circles and orphans

forbid(
  'no-circles',
  'Modules that need each other are one module, or are missing a third.',
  {},
  { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
);
forbid(
  'no-circles-between-folders',
  'Not even of types: two folders that need each other are one folder, or are missing a third.',
  { path: '^(.+)/[^/]+$' },
  { circular: true, via: { pathNot: '^$1/[^/]+$' } },
);
forbid(
  'type-circle-in-a-folder',
  'It is gone when the program runs; still, one of the types may want a file of its own.',
  { path: '^(.+)/[^/]+$' },
  {
    circular: true,
    viaOnly: { path: '^$1/[^/]+$' },
    via: { dependencyTypes: ['type-only'] },
  },
  'warn',
);
forbid(
  'no-orphans',
  'Delete what nothing uses.',
  {
    orphan: true,
    pathNot: ['^test/', '\\.d\\.ts$', '^src/main\\.ts$', '^workers/main\\.ts$', '^bench/main\\.ts$'],
  },
  {},
);

module.exports = {
  forbidden: rules,
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:web/)?dist/' },
    // Type imports count: they bind rooms to each other as firmly as values do.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
    skipAnalysisNotInRules: true,
  },
};

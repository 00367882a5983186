import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { processVariables, readVariables, type VariableReader, type Variables } from './env.ts';
import { parseMasterKey } from './key-ring.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Base URLs without a trailing slash and without a version. */
export interface ProviderUrls {
  readonly graph: string;
}

export interface Config {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Scheme, host and perhaps a path, without a trailing slash. */
  readonly publicUrl: string;
  /** False: `publicUrl` was derived, and is to be derived again once the real port is known. */
  readonly isPublicUrlSet: boolean;
  /** Absolute. */
  readonly dataDir: string;
  /** Unset: the embedded Postgres. */
  readonly landlordDatabaseUrl?: string;
  readonly redisUrl?: string;
  /** 32 bytes. Unset only with the embedded Postgres: then the key is a file in `dataDir`. */
  readonly masterKey?: Buffer;
  /** During a rotation: the key before. */
  readonly previousMasterKey?: Buffer;
  readonly metaAppSecret?: string;
  readonly metaVerifyToken?: string;
  /** Unset: `/metrics` answers on loopback only. */
  readonly metricsToken?: string;
  readonly providerUrls: ProviderUrls;
  /** Most tenant connections that this process may hold open at once. */
  readonly tenantConnectionBudget: number;
  readonly logLevel: LogLevel;
  /** Proxies between the caller and us: each has added one address that may be believed. */
  readonly trustedProxies: number;
  /** Unset: a worker listens on no port. */
  readonly workerPort?: number;
}

/** Throws one SetupError that lists every fault. `workingDirectory` is what a relative DATA_DIR starts from. */
export function loadConfig(
  variables: Variables = processVariables(),
  workingDirectory: string = process.cwd(),
): Config {
  const read = readVariables(variables);
  const port = read.integer('PORT', { minimum: 0, maximum: 65_535 }) ?? 3000;
  const host = read.text('HOST') ?? '127.0.0.1';
  const publicUrl = read.url('PUBLIC_URL', ['http', 'https']);
  const landlordDatabaseUrl = read.url('LANDLORD_DATABASE_URL', ['postgres', 'postgresql']);
  const masterKey = readMasterKey(read, 'MASTER_KEY');
  if (read.text('LANDLORD_DATABASE_URL') !== undefined && read.text('MASTER_KEY') === undefined) {
    read.fault('MASTER_KEY', `is required with LANDLORD_DATABASE_URL: ${HOW_TO_MAKE_A_KEY}`);
  }
  const config: Config = {
    port,
    host,
    publicUrl: publicUrl ?? derivePublicUrl(host, port),
    isPublicUrlSet: publicUrl !== undefined,
    dataDir: resolve(workingDirectory, read.text('DATA_DIR') ?? 'data'),
    landlordDatabaseUrl,
    redisUrl: read.url('REDIS_URL', ['redis', 'rediss']),
    masterKey,
    previousMasterKey: readMasterKey(read, 'MASTER_KEY_PREVIOUS'),
    metaAppSecret: read.text('META_APP_SECRET'),
    metaVerifyToken: read.text('META_VERIFY_TOKEN'),
    metricsToken: read.text('METRICS_TOKEN'),
    providerUrls: {
      graph: read.url('GRAPH_API_URL', ['http', 'https']) ?? 'https://graph.facebook.com',
    },
    tenantConnectionBudget: read.integer('TENANT_CONNECTION_BUDGET', { minimum: 1, maximum: 10_000 }) ?? 200,
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS) ?? 'info',
    trustedProxies: read.integer('TRUST_PROXY', { minimum: 0, maximum: 10 }) ?? 0,
    workerPort: read.integer('WORKER_PORT', { minimum: 0, maximum: 65_535 }),
  };
  read.throwFaults();
  return config;
}

/** How a browser on this machine reaches a server that listens on `host`. */
export function derivePublicUrl(host: string, port: number): string {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const name = isEverywhere ? 'localhost' : isIPv6(host) ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

const HOW_TO_MAKE_A_KEY = '32 bytes in base64, made with `openssl rand -base64 32` and kept safe';

function readMasterKey(read: VariableReader, name: string): Buffer | undefined {
  const value = read.text(name);
  if (value === undefined) return undefined;
  const key = parseMasterKey(value);
  if (key === undefined) read.fault(name, `must be ${HOW_TO_MAKE_A_KEY}`);
  return key;
}

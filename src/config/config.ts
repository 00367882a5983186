import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { processVariables, readVariables, type VariableReader, type Variables } from './env.ts';
import { parseMasterKey } from './key-ring.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Base URLs without a trailing slash and without a version. */
export interface ProviderUrls {
  readonly graph: string;
  readonly instagram: string;
  readonly telegram: string;
  readonly crisp: string;
  readonly tidio: string;
  readonly twilio: string;
}

/** A bucket for files. */
export interface S3Config {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
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
  /** One Crisp plugin for all tenants. */
  readonly crispHookSecret?: string;
  /** One Tidio account for all tenants. */
  readonly tidioWebhookSecret?: string;
  /** Unset: `/metrics` answers on loopback only. */
  readonly metricsToken?: string;
  readonly providerUrls: ProviderUrls;
  /** Unset: files are kept under `dataDir`. */
  readonly s3?: S3Config;
  /** `host:port` that we may call at the word of others, although they are in our own network. */
  readonly outboundAllow: readonly string[];
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
    crispHookSecret: read.text('CRISP_HOOK_SECRET'),
    tidioWebhookSecret: read.text('TIDIO_WEBHOOK_SECRET'),
    metricsToken: read.text('METRICS_TOKEN'),
    providerUrls: {
      graph: read.url('GRAPH_API_URL', ['http', 'https']) ?? 'https://graph.facebook.com',
      instagram: read.url('INSTAGRAM_API_URL', ['http', 'https']) ?? 'https://graph.instagram.com',
      telegram: read.url('TELEGRAM_API_URL', ['http', 'https']) ?? 'https://api.telegram.org',
      crisp: read.url('CRISP_API_URL', ['http', 'https']) ?? 'https://api.crisp.chat',
      tidio: read.url('TIDIO_API_URL', ['http', 'https']) ?? 'https://api.tidio.com',
      twilio: read.url('TWILIO_API_URL', ['http', 'https']) ?? 'https://api.twilio.com',
    },
    s3: readS3(read),
    outboundAllow: readAllowList(read),
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

/** All of them or none: half a bucket would keep files in two places. */
function readS3(read: VariableReader): S3Config | undefined {
  const given = {
    S3_ENDPOINT: read.url('S3_ENDPOINT', ['http', 'https']),
    S3_BUCKET: read.text('S3_BUCKET'),
    S3_REGION: read.text('S3_REGION'),
    S3_ACCESS_KEY_ID: read.text('S3_ACCESS_KEY_ID'),
    S3_SECRET_ACCESS_KEY: read.text('S3_SECRET_ACCESS_KEY'),
  };
  const names = Object.keys(given).filter(name => read.text(name) !== undefined);
  if (names.length === 0) return undefined;
  const { S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION } = given;
  for (const name of ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'])
    if (!names.includes(name)) read.fault(name, `is required with ${names[0]}`);
  return {
    endpoint: S3_ENDPOINT ?? '',
    bucket: S3_BUCKET ?? '',
    region: S3_REGION ?? 'us-east-1',
    accessKeyId: S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: S3_SECRET_ACCESS_KEY ?? '',
  };
}

function readAllowList(read: VariableReader): readonly string[] {
  const entries = (read.text('OUTBOUND_ALLOW') ?? '').split(/[\s,]+/).filter(entry => entry !== '');
  if (!entries.every(entry => /^[^\s:/]+:(\d{1,5}|\*)$|^\[[0-9a-f:]+\]:(\d{1,5}|\*)$/i.test(entry)))
    read.fault('OUTBOUND_ALLOW', 'must be a list of host:port, such as "minio:9000, 10.0.0.7:8080"');
  return entries.map(entry => entry.toLowerCase().replace(/^\[|\]/g, ''));
}

const HOW_TO_MAKE_A_KEY = '32 bytes in base64, made with `openssl rand -base64 32` and kept safe';

function readMasterKey(read: VariableReader, name: string): Buffer | undefined {
  const value = read.text(name);
  if (value === undefined) return undefined;
  const key = parseMasterKey(value);
  if (key === undefined) read.fault(name, `must be ${HOW_TO_MAKE_A_KEY}`);
  return key;
}

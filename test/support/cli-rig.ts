import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CliResult,
  callApi,
  freePort,
  jsonOf,
  landlordVariables,
  refusalOf,
  runCli,
  startCli,
  type Variables,
} from './cli.ts';
import { createLandlord, type TestLandlord } from './cluster.ts';
import { asTenant, openTenant } from './provisioned.ts';

export interface CreatedTenant {
  tenant: { id: string; slug: string; databaseName: string; schemaVersion: string };
  admin: { email: string; password: string };
  apiKey: string;
}
export interface Check {
  name: string;
  status: string;
  message: string;
  mend?: string;
}

/** A running product on a Postgres of the operator's own, a tenant `acme`, and commands beside it. */
export interface CliRig {
  readonly landlord: TestLandlord;
  readonly variables: Variables;
  readonly url: string;
  /** For files that commands read. */
  readonly folder: string;
  readonly acme: CreatedTenant;
  run(...parameters: string[]): Promise<CliResult>;
  json<Shape>(...parameters: string[]): Promise<Shape>;
  refusal(...parameters: string[]): Promise<string>;
  /** Signs in to `acme`. */
  login(email: string, password: string): Promise<{ status: number; body: { accessToken: string } }>;
  /** Rows of `acme`: `count('messages')`. */
  count(from: string): Promise<number>;
  close(): Promise<void>;
}

export async function startCliRig(): Promise<CliRig> {
  const landlord = await createLandlord();
  const folder = await mkdtemp(join(tmpdir(), 'concierge-cli-'));
  const variables = { ...landlordVariables(landlord), DATA_DIR: folder, PORT: await freePort() };
  const product = await startCli([], variables);
  const url = product.url ?? '';
  const create = ['tenant', 'create', 'acme', '--name', 'Acme & Sons', '--admin-email', 'ada@acme.example'];
  const acme = await jsonOf<CreatedTenant>(create, variables);
  return {
    landlord,
    variables,
    url,
    folder,
    acme,
    run: (...parameters) => runCli(parameters, variables),
    json: (...parameters) => jsonOf(parameters, variables),
    refusal: (...parameters) => refusalOf(parameters, variables),
    login: (email, password) =>
      callApi(url, 'POST', '/api/v1/auth/login?cookie=0', { body: { tenant: 'acme', email, password } }),
    async count(from) {
      const tenant = await openTenant(landlord, 'acme');
      const rows = await asTenant(tenant, db => db.query<{ count: string }>(`SELECT count(*) FROM ${from}`));
      return Number(rows[0]?.count);
    },
    async close() {
      await product.stop();
      await landlord.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

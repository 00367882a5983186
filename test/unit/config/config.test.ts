import { expect } from 'chai';
import { derivePublicUrl, loadConfig } from '../../../src/config/config.ts';
import type { Variables } from '../../../src/config/env.ts';
import { SetupError } from '../../../src/kit/errors.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const load = (variables: Variables) => loadConfig(variables, '/srv/app');

function faultsOf(variables: Variables): SetupError {
  try {
    load(variables);
  } catch (error) {
    expect(error).to.be.instanceOf(SetupError);
    return error as SetupError;
  }
  throw new Error('It was expected to be refused');
}

describe('config', () => {
  it('needs nothing', () => {
    const config = load({});
    expect(config).to.include({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:3000',
      isPublicUrlSet: false,
      dataDir: '/srv/app/data',
      landlordDatabaseUrl: undefined,
      tenantConnectionBudget: 200,
      logLevel: 'info',
      trustedProxies: 0,
      workerPort: undefined,
    });
    expect(config.providerUrls.graph).to.equal('https://graph.facebook.com');
  });

  it('takes empty and blank for unset', () => {
    const names = ['PORT', 'HOST', 'PUBLIC_URL', 'DATA_DIR', 'LANDLORD_DATABASE_URL', 'REDIS_URL'];
    const more = ['MASTER_KEY', 'GRAPH_API_URL', 'LOG_LEVEL', 'WORKER_PORT', 'METRICS_TOKEN'];
    for (const empty of ['', '  ']) {
      const variables = Object.fromEntries([...names, ...more].map(name => [name, empty]));
      expect(load(variables)).to.deep.equal(load({}));
    }
  });

  it('reads what is set', () => {
    const config = load({
      PORT: '8080',
      PUBLIC_URL: 'https://desk.example.com/',
      DATA_DIR: '/var/data',
      LANDLORD_DATABASE_URL: 'postgres://app:secret@db/landlord',
      MASTER_KEY: KEY,
      GRAPH_API_URL: 'http://127.0.0.1:9000/',
      LOG_LEVEL: 'DEBUG',
    });
    expect(config).to.include({ port: 8080, publicUrl: 'https://desk.example.com', isPublicUrlSet: true });
    expect(config).to.include({ dataDir: '/var/data', logLevel: 'debug' });
    expect(config.masterKey).to.deep.equal(Buffer.alloc(32, 7));
    expect(config.providerUrls.graph).to.equal('http://127.0.0.1:9000');
  });

  it('reports every fault at once, in one line and without values', () => {
    const error = faultsOf({
      PORT: '99999',
      PUBLIC_URL: 'desk.example.com',
      LANDLORD_DATABASE_URL: 'mysql://root:hunter2@db/x',
      MASTER_KEY: 'hunter2',
      TENANT_CONNECTION_BUDGET: '0',
      LOG_LEVEL: 'loud',
    });
    expect(error.details?.map(detail => detail.path)).to.have.members([
      'PORT',
      'PUBLIC_URL',
      'LANDLORD_DATABASE_URL',
      'MASTER_KEY',
      'TENANT_CONNECTION_BUDGET',
      'LOG_LEVEL',
    ]);
    for (const detail of error.details ?? []) expect(error.message).to.include(detail.path);
    expect(error.message).not.to.include('\n').and.not.to.include('hunter2');
  });

  it('wants a master key with a database of your own', () => {
    const error = faultsOf({ LANDLORD_DATABASE_URL: 'postgres://app@db/landlord' });
    expect(error.message).to.match(
      /MASTER_KEY is required with LANDLORD_DATABASE_URL: .*openssl rand -base64 32/,
    );
  });

  for (const [host, expected] of [
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['0.0.0.0', 'http://localhost:80'],
    ['::', 'http://localhost:80'],
    ['::1', 'http://[::1]:80'],
    ['desk.local', 'http://desk.local:80'],
  ] as const) {
    it(`reaches ${host} at ${expected}`, () => expect(derivePublicUrl(host, 80)).to.equal(expected));
  }
});

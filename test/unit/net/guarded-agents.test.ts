import { type LookupAddress, lookup } from 'node:dns';
import { expect } from 'chai';
import { isPublicAddress, lookupWith, type Resolve, UnsafeAddress } from '../../../src/net/guarded-agents.ts';
import { Downloader } from '../../../src/net/guarded-download.ts';
import { CountingServer } from '../../support/counting-server.ts';
import { failureOf } from '../../support/failure-of.ts';

/** Not of the internet, or holding an address that is not. */
const closed: Readonly<Record<string, readonly string[]>> = {
  'this machine': ['127.0.0.1', '127.1.2.3', '127.255.255.254', '::1', '0.0.0.0', '0.1.2.3', '::'],
  'private networks': [
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    'fd12::1',
  ],
  'the link, with its metadata services': ['169.254.169.254', '169.254.170.2', 'fe80::1', 'fe80::1%eth0'],
  'a cloud’s inside': ['fd00:ec2::254', 'fc00::1', '100.100.100.200', '192.0.0.192', '198.18.0.1'],
  'a carrier': ['100.64.0.1', '100.127.255.254'],
  'many at once': ['224.0.0.1', '239.255.255.250', '255.255.255.255', 'ff02::1', 'ff0e::1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  nobody: ['240.0.0.1', '192.88.99.1', '100::1', '2001:2::1', 'fec0::1', '4000::1', '8000::1', 'e000::1'],
  'version 4 inside version 6': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:7f00:1',
    '::127.0.0.1',
    '::7f00:1',
    '::a00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '2001::7f00:1',
  ],
  'no address at all': ['', 'localhost', '1.2.3', '1.2.3.4.5', '999.1.1.1', '134744072', ':::', '8.8.8.8:80'],
};
const open = ['1.1.1.1', '8.8.8.8', '172.15.255.255', '172.32.0.1', '100.128.0.1', '2606:4700::1', '2a03::1'];

describe('the addresses of the internet', () => {
  for (const [whose, addresses] of Object.entries(closed))
    it(`are not those of ${whose}`, () => {
      for (const address of addresses) expect(isPublicAddress(address), address).to.equal(false);
    });
  it('are those that anybody may have', () => {
    for (const address of open) expect(isPublicAddress(address), address).to.equal(true);
  });
});

const PUBLIC = '8.8.8.8';
/** What the names of these tests resolve to; `localhost` is asked of the machine itself. */
const names: Readonly<Record<string, readonly string[]>> = {
  'loopback.test': ['127.0.0.1'],
  'localhost.': ['127.0.0.1'],
  'sub.localhost': ['127.0.0.1', '::1'],
  'loopback6.test': ['::1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  '10.0.0.7.written-out.test': ['10.0.0.7'],
  'mixed.test': [PUBLIC, '127.0.0.1'],
  'mixed6.test': ['::1', '2606:4700::1'],
  'nowhere.test': [],
  'public.test': [PUBLIC],
};
const addressesOf = (addresses: readonly string[]): LookupAddress[] =>
  addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('an address that somebody gave us', () => {
  const server = new CountingServer();
  let port = 0;
  const asked: string[] = [];
  const resolve: Resolve = (name, options, callback) => {
    asked.push(name);
    const known = names[name.toLowerCase()];
    if (known) callback(null, addressesOf(known));
    else lookup(name, options, callback);
  };
  const fetch = async (url: string, allow: readonly string[] = []) => {
    const { content } = await new Downloader(allow, { totalMs: 5000 }, resolve).fetch(url);
    return Buffer.concat(await content.toArray()).toString();
  };

  before(async () => {
    // One of the ports that a web server may have: nothing but its address speaks against it.
    await server.startOnOneOf([8080, 8443, 80, 443]);
    ({ port } = server);
  });
  after(() => server.stop());
  beforeEach(() => {
    server.connections = 0;
    asked.length = 0;
  });

  const hosts: Readonly<Record<string, readonly string[]>> = {
    'of this machine': [
      '127.0.0.1',
      '127.255.0.1',
      '127.0.0.1.',
      '0.0.0.0',
      '[::1]',
      '[0:0:0:0:0:0:0:1]',
      '[::]',
    ],
    'of this machine, written in another way': [
      '127.1',
      '127.0.1',
      '2130706433',
      '0x7f000001',
      '0x7f.0.0.1',
      '0X7F.1',
      '0177.0.0.1',
      '017700000001',
      '0',
      '0x0',
      '127。0。0。1',
      '①②⑦.⓪.⓪.①',
      '%31%32%37.0.0.1',
    ],
    'of this machine, in version 6': [
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[0:0:0:0:0:ffff:127.0.0.1]',
      '[::127.0.0.1]',
      '[::ffff:0:127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[64:ff9b:1::127.0.0.1]',
      '[2002:7f00:1::]',
      '[2001:0:7f00:1::]',
    ],
    'of our network': [
      '10.0.0.1',
      '10.1',
      '172.16.0.1',
      '192.168.1.1',
      '[fc00::1]',
      '[fe80::1]',
      '[fec0::1]',
    ],
    'of metadata services': [
      '169.254.169.254',
      '2852039166',
      '0xa9fea9fe',
      '0251.0376.0251.0376',
      '[::ffff:a9fe:a9fe]',
      '[fd00:ec2::254]',
      '100.100.100.200',
      '192.0.0.192',
    ],
    'of nobody or of many': [
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '240.0.0.1',
      '[ff02::1]',
      '198.18.0.1',
    ],
    'by a name of this machine': ['localhost', 'LOCALHOST', 'loc\talhost'],
    'by a name that leads here': Object.keys(names).filter(name => name !== 'public.test'),
  };
  for (const [whose, list] of Object.entries(hosts))
    it(`is not called when it is one ${whose}`, async () => {
      for (const host of list)
        for (const scheme of ['http', 'https']) {
          const url = `${scheme}://${host}:${port}/latest/meta-data`;
          const error = await failureOf(fetch(url));
          expect(error, url).to.be.instanceOf(UnsafeAddress);
          expect((error as Error).message, url).to.match(new RegExp(`OUTBOUND_ALLOW=\\S+:${port}\\.$`));
        }
      expect(server.connections).to.equal(0);
    });

  it('is not called at the port of another service, and its name is not even asked for', async () => {
    const ports = [
      1, 22, 25, 110, 2375, 3000, 3306, 5432, 5433, 6379, 9000, 9200, 11211, 15672, 27017, 65535,
    ];
    for (const host of ['8.8.8.8', '[2606:4700::1]', 'public.test', '127.0.0.1'])
      for (const other of ports) {
        const error = await failureOf(fetch(`http://${host}:${other}/`));
        expect(error, `${host}:${other}`).to.be.instanceOf(UnsafeAddress);
        const reason = host === '127.0.0.1' ? 'address of our own network' : `Port ${other} `;
        expect((error as Error).message).to.contain(reason);
      }
    expect(asked).to.deep.equal([]);
  });

  it('is not called when it is none of the web’s', async () => {
    for (const url of [
      'file:///etc/passwd',
      `file://127.0.0.1:${port}/x`,
      `gopher://127.0.0.1:${port}/_GET`,
      `ftp://127.0.0.1:${port}/x`,
      'unix:/var/run/docker.sock',
      'unix:///var/run/docker.sock',
      'http+unix://%2Fvar%2Frun%2Fdocker.sock/info',
      `ws://127.0.0.1:${port}/`,
      `dict://127.0.0.1:${port}/info`,
      `jar:http://127.0.0.1:${port}/x!/`,
      'data:text/plain,hello',
      'javascript:alert(1)',
      'blob:http://127.0.0.1/x',
      '',
      'no address',
      '/etc/passwd',
      `//127.0.0.1:${port}/`,
      'http://',
      'http://[fe80::1%25eth0]/',
      'http://256.256.256.256/',
      'http://8.8.8.8:99999/',
    ])
      expect(await failureOf(fetch(url, ['127.0.0.1:*'])), url).to.be.instanceOf(UnsafeAddress);
    expect(server.connections).to.equal(0);
  });

  it('is not called with a password in it, nor with what looks like another host', async () => {
    for (const url of [
      `http://user:password@127.0.0.1:${port}/`,
      `http://user@127.0.0.1:${port}/`,
      `http://:password@127.0.0.1:${port}/`,
      `http://public.test@127.0.0.1:${port}/`,
      `http://public.test%2f@127.0.0.1:${port}/`,
    ])
      expect(await failureOf(fetch(url, ['127.0.0.1:*'])), url).to.be.instanceOf(UnsafeAddress);
    expect(server.connections).to.equal(0);
  });

  it('is called when an operator allows it, at this port or at all', async () => {
    const here = `http://127.0.0.1:${port}/`;
    expect(await fetch(here, [`127.0.0.1:${port}`])).to.equal('the file');
    expect(await fetch(here, ['127.0.0.1:*'])).to.equal('the file');
    expect(await fetch(`http://Loopback.TEST:${port}/`, [`loopback.test:${port}`])).to.equal('the file');
    expect(await fetch(`http://localhost:${port}/`, ['localhost:*'])).to.equal('the file');
    expect(server.connections).to.equal(4);
  });

  it('is not called because another one is allowed', async () => {
    for (const allow of [
      [`127.0.0.1:${port + 1}`],
      ['127.0.0.2:*', '27.0.0.1:*', '127.0.0.1', '127.0.0.1:', '*:*', ''],
      [`localhost:${port}`],
      [`loopback.test:${port}`],
    ])
      expect(await failureOf(fetch(`http://127.0.0.1:${port}/`, allow)), String(allow)).to.be.instanceOf(
        UnsafeAddress,
      );
    // The name leads to an allowed address; but whoever owns the name may lead it elsewhere.
    expect(await failureOf(fetch(`http://loopback.test:${port}/`, [`127.0.0.1:${port}`]))).to.be.instanceOf(
      UnsafeAddress,
    );
    expect(server.connections).to.equal(0);
  });

  it('of version 6 is allowed in either way of writing', async () => {
    const here = `http://[::1]:${port}/`;
    for (const allow of [`::1:${port}`, `[::1]:${port}`, '[::1]:*']) {
      // A machine without version 6 cannot connect; what counts is that it tries.
      const error = await fetch(here, [allow]).catch((failure: unknown) => failure);
      expect(error, allow).to.not.be.instanceOf(UnsafeAddress);
    }
  });
});

describe('a name that resolves twice', () => {
  const answering = (...answers: readonly (readonly string[])[]) => {
    let count = 0;
    const resolve: Resolve = (_name, _options, callback) =>
      callback(null, addressesOf(answers[Math.min(count++, answers.length - 1)] ?? []));
    return { resolve, count: () => count };
  };
  const ask = (resolve: Resolve, all: boolean) =>
    new Promise<unknown>((found, fail) => {
      lookupWith(resolve, isPublicAddress, 443)('name.test', { all }, (error, addresses) =>
        error ? fail(error) : found(addresses),
      );
    });

  it('is judged by the very addresses that are connected to', async () => {
    for (const all of [true, false]) {
      const { resolve, count } = answering([PUBLIC], ['127.0.0.1']);
      expect(await ask(resolve, all)).to.deep.equal(all ? addressesOf([PUBLIC]) : PUBLIC);
      expect(await failureOf(ask(resolve, all))).to.be.instanceOf(UnsafeAddress);
      expect(count()).to.equal(2);
    }
  });

  it('is refused when any of its addresses is ours', async () => {
    for (const addresses of [
      [PUBLIC, '10.0.0.1'],
      ['10.0.0.1', PUBLIC],
      [PUBLIC, '::1'],
      ['::ffff:10.0.0.1', PUBLIC],
    ])
      for (const all of [true, false])
        expect(await failureOf(ask(answering(addresses).resolve, all)), String(addresses)).to.be.instanceOf(
          UnsafeAddress,
        );
  });

  it('is asked for again at every connection, and nothing is connected to when its second answer is ours', async () => {
    const server = new CountingServer();
    await server.startOnOneOf([8080, 8443, 80, 443]);
    try {
      const { resolve, count } = answering([PUBLIC, '::1'], ['127.0.0.1'], ['127.0.0.1', PUBLIC]);
      const downloader = new Downloader([], { totalMs: 5000 }, resolve);
      for (let attempt = 1; attempt <= 3; attempt++) {
        const error = await failureOf(downloader.fetch(`http://name.test:${server.port}/`));
        expect(error).to.be.instanceOf(UnsafeAddress);
        expect(count()).to.equal(attempt);
      }
      expect(server.connections).to.equal(0);
    } finally {
      await server.stop();
    }
  });

  it('passes on what the resolver says when there is no such name', async () => {
    const resolve: Resolve = (_name, _options, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    expect(await failureOf(ask(resolve, true))).to.include({ code: 'ENOTFOUND' });
    const error = await failureOf(new Downloader([], { totalMs: 5000 }, resolve).fetch('http://gone.test/'));
    expect(error).to.include({ code: 'ENOTFOUND' });
  });
});

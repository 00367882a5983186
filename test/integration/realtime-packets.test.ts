import { inboundText } from '../../src/simulator/index.ts';
import { AgentClient } from '../support/agent-client.ts';
import { type Product, startProduct } from '../support/product.ts';
import type { ProductChild } from '../support/product-process.ts';
import { opcodes, RawWebSocket } from '../support/raw-websocket.ts';

describe('packets that nobody would send', () => {
  let product: Product;
  let server: ProductChild;
  let witness: AgentClient;
  let turn = 0;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct();
    server = await product.addChild('web');
    witness = await AgentClient.connect(server.url, product.acme.token);
  });
  after(async function () {
    this.timeout(30_000);
    witness?.close();
    await product?.close();
  });

  const connectPacket = (token: string) => `40/agent,${JSON.stringify({ token })}`;
  const placeholders = (num: unknown) => JSON.stringify(['typing', { _placeholder: true, num }]);
  const texts: readonly string[] = [
    ...[0, 1, -1, 1.5, 99, 'splice', 'length', null, {}].map(num => `451-/agent,${placeholders(num)}`),
    `45999999999999-/agent,${placeholders(0)}`,
    `45-/agent,${placeholders(0)}`,
    `459e9-/agent,${placeholders(0)}`,
    `4510-/agent,["typing",${Array.from({ length: 10 }, () => placeholders(0)).join(',')}]`,
    '46999999999999-/agent,999999999999["x"]',
    '42/agent,',
    '42/agent,[]',
    '42/agent,{}',
    '42/agent,"x"',
    '42/agent,[null]',
    '42/agent,[{}]',
    '42/agent,[1e999]',
    ...[
      'error',
      'connect',
      'disconnect',
      'disconnecting',
      'newListener',
      'removeListener',
      '__proto__',
      'constructor',
    ].map(name => `42/agent,["${name}",{}]`),
    '42/agent,999999999999999999999["typing",{"conversationId":1,"isTyping":true}]',
    `42/agent,["typing",${'['.repeat(20_000)}${']'.repeat(20_000)}]`,
    '42/agent,["typing",{"__proto__":{"conversationId":1},"constructor":1}]',
    '42/agent,["conversation.view",{"conversationId":9007199254740993}]',
    '42/agent,["conversation.view",{"conversationId":1e308}]',
    `42/agent,["${'x'.repeat(60_000)}"]`,
    '40/agent,',
    '40/agent,{"token":{"a":1}}',
    '40/agent,[1]',
    '40/agent',
    '40/../../etc',
    '40/agent?token=1,{}',
    `40/${'n'.repeat(10_000)},`,
    '41/agent,',
    '43/agent,1[]',
    '44/agent,{"message":"x"}',
    '47/agent',
    '4',
    '4\u0000',
    '',
    '0{"sid":"x"}',
    '1',
    '2probe',
    '3',
    '5',
    '6',
    '7',
    '9',
    'b',
    'bAAAA',
    '\u2028',
    '4'.repeat(60_000),
  ];

  /** Somebody who was there before still hears, and somebody new gets in. */
  async function expectAlive(): Promise<void> {
    const newcomer = await AgentClient.connect(server.url, product.acme.token);
    const text = `words ${++turn}`;
    await product.acme.receive([inboundText({ waId: '351910000001', name: 'Somebody' }, text)]);
    for (const client of [newcomer, witness])
      await client.until('events are heard', ({ heard }) => JSON.stringify(heard).includes(text));
    newcomer.close();
  }

  it('leave the process alive, with and without a session', async function () {
    this.timeout(60_000);
    for (const hasSession of [true, false]) {
      for (const text of texts) {
        const socket = await RawWebSocket.open(server.url);
        if (hasSession) socket.send(connectPacket(product.acme.token));
        socket.send(text);
        socket.send(Buffer.from([4, 0xff, 0, 1]), opcodes.binary);
        socket.close();
      }
      await expectAlive();
    }
  });

  it('end their own connection when they are too large, and nothing else', async function () {
    this.timeout(60_000);
    for (const [payload, opcode, claimed] of [
      [`42/agent,["typing","${'x'.repeat(2 ** 20)}"]`, opcodes.text, undefined],
      [Buffer.alloc(2 ** 20, 7), opcodes.binary, undefined],
      ['42', opcodes.text, 2 ** 40],
      [Buffer.from([0xc3, 0x28, 0xff, 0xfe]), opcodes.text, undefined],
      ['x', 0x0b, undefined],
      ['x'.repeat(200), opcodes.ping, undefined],
    ] as const) {
      const socket = await RawWebSocket.open(server.url);
      socket.send(connectPacket(product.acme.token));
      socket.send(payload, opcode, claimed);
      await socket.ended;
    }
    await expectAlive();
  });

  it('in a flood, mixed at random, leave the process alive', async function () {
    this.timeout(60_000);
    const sockets = await Promise.all(Array.from({ length: 20 }, () => RawWebSocket.open(server.url)));
    for (const [index, socket] of sockets.entries()) {
      socket.send(connectPacket(product.acme.token));
      for (let place = 0; place < 60; place++) {
        const text = texts[(index * 7 + place * 13) % texts.length] ?? '';
        const cut = text.slice(0, Math.ceil(text.length * ((place % 7) / 6)));
        socket.send(cut, place % 5 === 0 ? opcodes.binary : opcodes.text);
      }
    }
    await expectAlive();
    for (const socket of sockets) socket.close();
  });
});

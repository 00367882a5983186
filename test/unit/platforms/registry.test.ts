import { expect } from 'chai';
import type { Platform } from '../../../src/contract/primitives.ts';
import { Rejected, UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { adapterFor, adapters } from '../../../src/platforms/registry.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection } from '../../support/stub-server.ts';

const adapter = (platform: 'whatsapp' | 'api' | 'widget') => {
  const found = adapterFor(platform);
  if (!found) throw new Error(`${platform} is missing.`);
  return found;
};
const whatsapp = { phoneNumberId: '770022', businessAccountId: '880011', accessToken: 'token' };

describe('the registry', () => {
  it('files each adapter under its platform, and has none for what is not built', () => {
    for (const [platform, found] of Object.entries(adapters)) expect(found?.platform).to.equal(platform);
    expect(adapterFor('fax' as Platform)).to.equal(undefined);
  });
  it('checks settings with the schema before they are used', async () => {
    expect(adapter('whatsapp').accountId(whatsapp)).to.equal('770022');
    expect(() => adapter('whatsapp').accountId({})).to.throw();
    expect(() => adapter('whatsapp').credentials({ ...whatsapp, extra: 1 })).to.throw();
    const message = { correlator: 'c', to: [], content: { type: 'text', text: 'x' } } as const;
    const error = await rejection(adapter('whatsapp').send!(message, {}, ioOf(client(), '')));
    expect(error).to.be.instanceOf(Rejected);
    expect(error).to.include({ scope: 'account', code: 'invalid_settings' });
  });

  const settings: readonly (readonly ['whatsapp' | 'api' | 'widget', string, object, boolean])[] = [
    ['whatsapp', 'the least', whatsapp, true],
    [
      'whatsapp',
      'everything',
      { ...whatsapp, appSecret: 's', verifyToken: 'v', apiUrl: 'http://127.0.0.1:4010/graph' },
      true,
    ],
    ['whatsapp', 'no token', { phoneNumberId: '1', businessAccountId: '2' }, false],
    ['whatsapp', 'an id that leaves its path', { ...whatsapp, phoneNumberId: '../me' }, false],
    ['whatsapp', 'a token with a line end', { ...whatsapp, accessToken: 'a\nb' }, false],
    ['whatsapp', 'an empty app secret', { ...whatsapp, appSecret: '' }, false],
    ['whatsapp', 'an odd base URL', { ...whatsapp, apiUrl: 'file:///x' }, false],
    ['whatsapp', 'an unknown key', { ...whatsapp, colour: 'red' }, false],
    ['api', 'nothing', {}, true],
    ['api', 'a weak secret', { secret: 'password' }, false],
    ['api', 'an odd callback', { callbackUrl: 'javascript:alert(1)' }, false],
    ['widget', 'the least', { allowedDomains: ['example.com', '*.example.org', 'localhost:3000'] }, true],
    [
      'widget',
      'everything',
      {
        allowedDomains: [],
        primaryColor: '#007bff',
        secondaryColor: '#6c757d',
        fontFamily: 'Inter, system-ui',
        logo: 'https://cdn.example.com/logo.png',
        position: 'bottom-right',
        theme: 'dark',
        showAvatar: true,
        enableFileUpload: true,
        languages: ['en', 'es', 'pt-BR'],
        welcomeMessage: 'Hi!',
        collectName: true,
        collectEmail: false,
      },
      true,
    ],
    ['widget', 'no domains', {}, false],
    [
      'widget',
      'a colour that is more',
      { allowedDomains: [], primaryColor: 'red;background:url(//x)' },
      false,
    ],
    ['widget', 'a font that is more', { allowedDomains: [], fontFamily: 'x}</style>' }, false],
    ['widget', 'a logo by script', { allowedDomains: [], logo: 'javascript:alert(1)' }, false],
    ['widget', 'a domain with a path', { allowedDomains: ['example.com/x'] }, false],
  ];
  for (const [platform, name, value, isFit] of settings)
    it(`${platform} settings: ${name} is ${isFit ? 'fit' : 'refused'}`, () => {
      expect(adapter(platform).settings.safeParse(value).success).to.equal(isFit);
    });
  it('generates what may be generated, and keeps what is there', () => {
    expect(adapter('whatsapp').complete(whatsapp).verifyToken).to.match(/^[\w-]{32}$/);
    expect(adapter('whatsapp').complete({ ...whatsapp, verifyToken: 'v' }).verifyToken).to.equal('v');
    expect(adapter('api').complete({}).secret).to.match(/^whsec_/);
    expect(adapter('whatsapp').credentials(whatsapp)).to.deep.equal({
      signingSecrets: [],
      ownsAccounts: ['880011'],
    });
  });
});

describe('the widget', () => {
  const body = {
    type: 'message',
    id: 'w-1',
    chatId: 'chat-1',
    visitor: { id: 'v-1', name: 'Ana', email: 'ana@example.test' },
    text: 'hi',
    clientId: '0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01',
    sentAt: '2026-10-01T12:00:00.000Z',
  };
  const parse = (value: unknown) => adapter('widget').parse(Buffer.from(JSON.stringify(value)), new Date(0));
  it('reads what our routes store', () => {
    expect(parse(body)).to.deep.equal([
      {
        kind: 'message',
        accountId: '',
        at: new Date('2026-10-01T12:00:00.000Z'),
        direction: 'inbound',
        externalId: 'w-1',
        contact: {
          aliases: [{ kind: 'visitor_id', value: 'v-1' }],
          name: 'Ana',
          profile: { email: 'ana@example.test' },
        },
        content: { type: 'text', text: 'hi', metadata: { clientId: body.clientId } },
        threadKey: 'chat-1',
        opensWindow: true,
      },
    ]);
  });
  it('reads nothing else', () => {
    for (const value of [
      { ...body, extra: 1 },
      { ...body, text: '' },
      { ...body, visitor: {} },
      { ...body, sentAt: 1 },
    ])
      expect(() => parse(value)).to.throw(UnreadableDelivery);
  });
});

import { expect } from 'chai';
import { Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import {
  listWhatsAppTemplates,
  readTemplate,
  templateStatusOf,
  variablesOf,
} from '../../../src/platforms/whatsapp/whatsapp-templates.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, StubServer } from '../../support/stub-server.ts';

const settings = { phoneNumberId: '770022', businessAccountId: '880011', accessToken: 'token-1' };
const simple = (name: string) => ({
  name,
  language: 'en',
  status: 'APPROVED',
  components: [{ type: 'BODY', text: 'Hi {{1}}' }],
});

describe('the templates of WhatsApp', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.seen.length = 0;
  });
  const list = () => listWhatsAppTemplates(settings, ioOf(client(300), `${server.url}/`));

  it('are read page by page, from our own address and with the token in its header', async () => {
    server.answer = ({ url }) => {
      const isSecond = url.includes('after=c1');
      return {
        body: {
          data: [simple(isSecond ? 'two' : 'one')],
          paging: {
            cursors: { after: 'c1' },
            ...(isSecond ? {} : { next: 'http://127.0.0.1:1/elsewhere?token=x' }),
          },
        },
      };
    };
    expect((await list()).map(template => template.name)).to.deep.equal(['one', 'two']);
    expect(server.seen.map(({ url }) => url.split('?')[0])).to.deep.equal([
      '/v23.0/880011/message_templates',
      '/v23.0/880011/message_templates',
    ]);
    for (const { headers, url } of server.seen) {
      expect(headers.authorization).to.equal('Bearer token-1');
      expect(url).to.not.include('token-1');
    }
  });
  it('end at some time, whatever the platform says', async () => {
    server.answer = { body: { data: [], paging: { cursors: { after: 'again' }, next: 'x' } } };
    expect(await list()).to.deep.equal([]);
    expect(server.seen).to.have.length(30);
  });
  it('that cannot be read are told apart: the token, the time', async () => {
    server.answer = { status: 401, body: { error: { code: 190, message: 'Invalid' } } };
    expect(await rejection(list()))
      .to.be.instanceOf(Rejected)
      .with.property('scope', 'reauthorise');
    server.answer = { status: 500, body: {} };
    expect(await rejection(list())).to.be.instanceOf(Unavailable);
  });
  it('say what has to be filled in', () => {
    const template = readTemplate({
      name: 'order',
      language: 'pt_PT',
      status: 'PAUSED',
      category: 'UTILITY',
      rejected_reason: 'LOW_QUALITY',
      components: [
        { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
        { type: 'BODY', text: 'Hi {{2}}, {{1}} and {{2}} again' },
        { type: 'FOOTER', text: 'Bye' },
        {
          type: 'BUTTONS',
          buttons: [
            { type: 'QUICK_REPLY', text: 'Yes' },
            { type: 'URL', text: 'Track', url: 'https://x.example/{{1}}' },
            { type: 'URL', text: 'Shop', url: 'https://x.example/' },
            { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+351' },
            { type: 'OTP', text: 'Copy' },
          ],
        },
      ],
    });
    expect(template).to.deep.equal({
      name: 'order',
      language: 'pt_PT',
      status: 'paused',
      category: 'UTILITY',
      reason: 'low quality',
      header: { kind: 'text', text: 'Order {{1}}', hasVariable: true },
      body: 'Hi {{2}}, {{1}} and {{2}} again',
      variables: ['1', '2'],
      footer: 'Bye',
      buttons: [
        { kind: 'reply', title: 'Yes', hasVariable: false },
        { kind: 'url', title: 'Track', hasVariable: true },
        { kind: 'url', title: 'Shop', hasVariable: false },
        { kind: 'phone', title: 'Call', hasVariable: false },
        { kind: 'other', title: 'Copy', hasVariable: false },
      ],
    });
  });
  it('that say nothing, or something unknown, do no harm', () => {
    expect(readTemplate({})).to.equal(undefined);
    expect(readTemplate({ name: 'x', language: 'en', components: 'none' })).to.deep.include({
      status: 'disabled',
      body: '',
      header: null,
      buttons: [],
    });
    expect(templateStatusOf('SOMETHING_NEW')).to.equal('disabled');
  });
  it('have variables with numbers in the order of the numbers, with names in the order of the text', () => {
    const cases: [string, string[]][] = [
      ['no braces', []],
      ['{{10}} {{2}} {{1}}', ['1', '2', '10']],
      ['{{ name }} and {{order_id}} and {{name}}', ['name', 'order_id']],
      ['{1} {{}} {{ }} {{a b}}', []],
    ];
    for (const [text, names] of cases) expect(variablesOf(text), text).to.deep.equal(names);
  });
});

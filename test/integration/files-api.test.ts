import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { signWebhook } from '../../src/platforms/standard-webhooks.ts';
import { CountingServer } from '../support/counting-server.ts';
import { expectEventsTellAll } from '../support/event-mirror.ts';
import { type Attachment, FilesDesk } from '../support/files-desk.ts';
import { noise, sampleFiles } from '../support/sample-files.ts';

describe('files that a program names by their addresses', () => {
  const allowed = new CountingServer();
  /** In our own network: nobody may call it for a stranger. */
  const guarded = new CountingServer();
  let desk: FilesDesk;

  before(async function () {
    this.timeout(60_000);
    await Promise.all([allowed.start(), guarded.startOnOneOf([8443, 8080, 443, 80])]);
    desk = await FilesDesk.open({ variables: { OUTBOUND_ALLOW: `127.0.0.1:${allowed.port}` } });
  });
  after(async () => {
    await desk?.close();
    await Promise.all([allowed.stop(), guarded.stop()]);
  });
  afterEach(() => expectEventsTellAll(desk.acme));

  /** A message of a program's customer with these files, after a try to fetch them. */
  async function receive(
    attachments: readonly { type: string; url: string; mimeType?: string }[],
  ): Promise<Attachment[]> {
    const { api } = desk.acme;
    const id = randomUUID();
    const body = Buffer.from(
      JSON.stringify({
        type: 'message',
        id,
        customer: { id: `customer-${id}` },
        attachments,
        sentAt: new Date(),
      }),
    );
    const response = await fetch(api.webhookUrl ?? '', {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { ...signWebhook([api.secret ?? ''], id, new Date(), body) },
    });
    expect(response.status).to.equal(200);
    await desk.acme.applied();
    for (let left = attachments.length; left > 0; left -= 4) await desk.visit();
    return (await desk.messageOf(id)).attachments;
  }

  it('come from servers that may be called', async () => {
    const picture = await noise(200, 100);
    allowed.answer = (request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/picture' }).end();
      else if (request.url === '/page')
        response.writeHead(200, { 'content-type': 'image/png' }).end(sampleFiles.html);
      else response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
    };
    const files = await receive([
      { type: 'image', url: `${allowed.url}/picture` },
      { type: 'document', url: `${allowed.url}/moved` },
      { type: 'image', url: `${allowed.url}/page`, mimeType: 'image/png' },
    ]);
    expect(files.map(({ state, type, mimeType }) => [state, type, mimeType])).to.deep.equal([
      ['stored', 'image', 'image/jpeg'],
      ['stored', 'document', 'image/jpeg'],
      ['stored', 'document', 'application/octet-stream'],
    ]);
    expect((await desk.fetch(files[1]?.url ?? null)).bytes.equals(picture)).to.equal(true);
    for (const { headers } of allowed.seen) expect(headers).to.not.have.property('authorization');
  });

  it('never come from our own network, by whatever way', async () => {
    const { port } = guarded;
    allowed.answer = (request, response) =>
      response.writeHead(302, { location: decodeURIComponent(request.url?.slice(1) ?? '') }).end();
    const inside = [
      `http://127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `http://[::1]:${port}/`,
      `http://2130706433:${port}/`,
      `https://127.0.0.1:${port}/`,
      'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
      'http://[::ffff:169.254.169.254]/',
      'http://10.0.0.1/',
      'http://127.0.0.1:5432/',
      'http://127.0.0.1:6379/',
      `http://127.0.0.1:${allowed.port + 1}/`,
    ];
    const detours = inside.map(url => `${allowed.url}/${encodeURIComponent(url)}`);
    const files = [
      ...(await receive(inside.map(url => ({ type: 'image', url })))),
      ...(await receive(detours.map(url => ({ type: 'image', url })))),
    ];
    expect(files).to.have.length(2 * inside.length);
    for (const file of files) {
      expect(file).to.include({ state: 'unavailable', url: null });
      expect(file.error).to.match(/own network|not a web server’s|not a web server's/);
    }
    expect(guarded.connections).to.equal(0);
  });
});

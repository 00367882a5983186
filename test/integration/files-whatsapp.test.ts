import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import sharp from 'sharp';
import type { Message } from '../../src/contract/messages.ts';
import { inboundFile, inboundText } from '../../src/simulator/index.ts';
import { expectEventsTellAll, wholeThread } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

type Attachment = Message['attachments'][number];

describe('files on WhatsApp', () => {
  let product: Product;
  let acme: ProductTenant;
  let picture: Buffer;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct();
    ({ acme } = product);
    const noise = randomBytes(900 * 600 * 3);
    picture = await sharp(noise, { raw: { width: 900, height: 600, channels: 3 } })
      .jpeg()
      .toBuffer();
  });
  after(() => product?.close());
  afterEach(async () => {
    await expectEventsTellAll(acme);
  });

  let last = 351_940_000_000;
  const newPerson = () => ({ waId: String(++last), name: 'Filipa File' });
  const messageOf = async (externalId: string): Promise<Message> => {
    const [row] = await acme.query<{ id: number; conversationId: number }>(
      'SELECT id, conversation_id AS "conversationId" FROM messages WHERE platform_message_id = $1',
      [externalId],
    );
    const found = (await wholeThread(acme, row?.conversationId ?? 0)).find(({ id }) => id === row?.id);
    if (!found) throw new Error('The message is not there.');
    return found;
  };
  /** The customer sends a file; resolves when we know what became of it. */
  const receiveFile = async (
    file: Omit<Parameters<typeof inboundFile>[1], 'id'>,
    bytes: Buffer,
  ): Promise<Message> => {
    const { id } = product.provider.addFile(acme.account.phoneNumberId, file.mimeType, bytes);
    const event = inboundFile(newPerson(), { ...file, id });
    await acme.receive([event]);
    await until('the file has been fetched', async () => {
      const message = await messageOf(event.message.id);
      return message.attachments.every(({ state }) => state !== 'waiting');
    });
    return messageOf(event.message.id);
  };
  const fetched = async (url: string | null, headers: Record<string, string> = {}) => {
    const response = await fetch(url ?? '', { headers });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  it('a picture comes with its size and a thumbnail, by links of its own', async () => {
    const message = await receiveFile({ type: 'image', mimeType: 'image/jpeg', caption: 'Look' }, picture);
    const [file] = message.attachments as [Attachment];
    expect(file).to.include({ type: 'image', mimeType: 'image/jpeg', state: 'stored', error: null });
    expect(file).to.include({ width: 900, height: 600, size: picture.length });
    const { response, bytes } = await fetched(file.url);
    expect(response.status).to.equal(200);
    expect(bytes.equals(picture)).to.equal(true);
    expect(response.headers.get('content-type')).to.equal('image/jpeg');
    expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
    const thumbnail = await fetched(file.thumbnailUrl);
    expect(await sharp(thumbnail.bytes).metadata()).to.include({ format: 'webp', width: 480, height: 320 });
  });

  it('an agent sends a picture with words, and WhatsApp has its bytes', async () => {
    const hello = inboundText(newPerson(), 'Show me');
    await acme.receive([hello]);
    const { conversationId } = await messageOf(hello.message.id);
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'lamp.jpg');
    const uploaded = await fetch(`${product.url}/api/v1/attachments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${acme.token}` },
      body: form,
    });
    expect(uploaded.status).to.equal(201);
    const upload = (await uploaded.json()) as Attachment;
    expect(upload).to.include({ type: 'image', filename: 'lamp.jpg', width: 900 });
    const sent = await acme.http<Message>('POST', `/conversations/${conversationId}/messages`, {
      content: 'This one',
      attachments: [upload.id],
    });
    expect(sent.status).to.equal(201);
    expect(sent.body).to.include({ type: 'image', content: 'This one' });
    const taken = () =>
      product.provider.accepted(acme.account.phoneNumberId).find(({ body }) => body.type === 'image');
    await until('WhatsApp has it', () => taken() !== undefined);
    const { image } = taken()?.body as { image: { id: string; caption: string } };
    expect(image.caption).to.equal('This one');
    expect(product.provider.media.find(image.id)?.bytes.equals(picture)).to.equal(true);
  });
});

import { expect } from 'chai';
import type { MediaStore } from '../../src/media/media-store.ts';
import { inboundRevoke } from '../../src/simulator/index.ts';
import { FilesDesk } from '../support/files-desk.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { noise } from '../support/sample-files.ts';
import { filesUnder } from '../support/store-folder.ts';

describe('files in a bucket', () => {
  let server: S3Server;
  let desk: FilesDesk;
  let picture: Buffer;

  before(async function () {
    this.timeout(60_000);
    server = await startS3Server('files-of-concierge');
    const { endpoint, bucket, accessKeyId, secretAccessKey } = server.settings;
    desk = await FilesDesk.open({
      variables: {
        S3_ENDPOINT: endpoint,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: accessKeyId,
        S3_SECRET_ACCESS_KEY: secretAccessKey,
      },
      maximumFileBytes: 12 * 1024 * 1024,
    });
    picture = await noise(600, 400);
  });
  after(async () => {
    await desk?.close();
    await server?.close();
  });
  afterEach(() => desk.settle());

  const inBucket = async () =>
    (await filesUnder(server.folder)).filter(name => name.endsWith('_object') && !name.includes('uploads'));

  it('come in, are shown in parts, go out, and leave with their message', async () => {
    const { event, file } = await desk.arrive(picture, { type: 'image', mimeType: 'image/jpeg' });
    expect(file).to.include({ state: 'stored', width: 600, height: 400, size: picture.length });
    expect(await desk.stored()).to.deep.equal([]);
    expect(await inBucket()).to.have.length(2);
    expect((await desk.fetch(file.url)).bytes.equals(picture)).to.equal(true);
    expect((await desk.fetch(file.thumbnailUrl)).headers.get('content-type')).to.equal('image/webp');
    const part = await desk.fetchRaw(file.url, { range: 'bytes=100-199' });
    expect(part.bytes.equals(picture.subarray(100, 200))).to.equal(true);
    const { conversationId } = await desk.messageOf(event.message.id);
    const upload = await desk.upload(picture, { filename: 'back.jpg' });
    const sent = await desk.becomes(await desk.send(conversationId, { attachments: [upload.id] }), 'sent');
    const taken = desk.accepted(sent)?.body as { image?: { id?: string } } | undefined;
    const bytes = desk.product.provider.media.find(taken?.image?.id ?? '')?.bytes;
    expect(bytes?.equals(picture)).to.equal(true);
    await desk.acme.receive([inboundRevoke(event.person, event.message.id)]);
    await desk.visit();
    expect((await desk.fetch(file.url)).status).to.equal(404);
    expect(await inBucket()).to.have.length(2);
  });

  it('may be larger than one part of an upload, and too large for us: of that nothing stays', async () => {
    const before = await inBucket();
    const large = Buffer.alloc(11 * 1024 * 1024, 'large ');
    const upload = await desk.upload(large, { filename: 'large.bin' });
    expect((await desk.fetch(upload.url)).bytes.equals(large)).to.equal(true);
    const answer = await desk.postForm(desk.formOf(Buffer.alloc(12 * 1024 * 1024 + 1)));
    expect(answer.status).to.equal(413);
    expect(await inBucket()).to.have.length(before.length + 1);
  });

  it('are not lost while the bucket is away: what came waits for it', async () => {
    const later = await desk.arriveLater(picture, { type: 'image', mimeType: 'image/jpeg' });
    await desk.makeDue();
    const { media } = desk.product.context;
    const away: Pick<MediaStore, 'put' | 'open'> = {
      put: () => Promise.reject(Object.assign(new Error('no bucket'), { code: 'ECONNREFUSED' })),
      open: media.open.bind(media),
    };
    await desk.fetchWith({ store: away as MediaStore });
    expect(await desk.attachmentOf(later)).to.include({ state: 'waiting', error: null });
    await desk.fetchAll();
    expect(await desk.attachmentOf(later)).to.include({ state: 'stored', size: picture.length });
  });
});

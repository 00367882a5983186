import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { MediaStore } from '../../src/media/media-store.ts';
import { inboundRevoke } from '../../src/simulator/index.ts';
import { addUser } from '../support/callers.ts';
import { failureOf } from '../support/failure-of.ts';
import { FilesDesk } from '../support/files-desk.ts';
import { noise, sampleFiles } from '../support/sample-files.ts';

describe('files that nobody needs any more', () => {
  let desk: FilesDesk;
  let picture: Buffer;

  before(async function () {
    this.timeout(60_000);
    desk = await FilesDesk.open();
    picture = await noise(300, 200);
  });
  after(() => desk?.close());
  afterEach(() => desk.settle());

  const pictureFile = { type: 'image', mimeType: 'image/jpeg' } as const;
  const care = () => desk.product.process.workers?.lanes.care.visited(desk.acme.tenant.id);
  const removals = () => desk.acme.query('SELECT store_key FROM media_removals');

  it('leave the store with the message that the customer takes back, and their links lead nowhere', async () => {
    const before = await desk.stored();
    const { event, file, message } = await desk.arrive(picture, pictureFile);
    const { file: kept } = await desk.arrive(picture, pictureFile);
    expect(await desk.stored()).to.have.length(before.length + 4);
    await desk.acme.receive([inboundRevoke(event.person, event.message.id)]);
    const shown = await desk.messageOf(event.message.id);
    expect(shown).to.deep.include({ id: message.id, content: null, attachments: [] });
    for (const url of [file.url, file.thumbnailUrl]) expect((await desk.fetch(url)).status).to.equal(404);
    await desk.visit();
    expect(await desk.stored()).to.have.length(before.length + 2);
    expect(await removals()).to.deep.equal([]);
    expect((await desk.fetch(kept.url)).bytes.equals(picture)).to.equal(true);
    expect((await desk.fetch(kept.thumbnailUrl)).status).to.equal(200);
  });

  it('are not fetched when the message was taken back before', async () => {
    const before = await desk.stored();
    const later = await desk.arriveLater(picture, pictureFile);
    await desk.acme.receive([inboundRevoke(later.event.person, later.event.message.id)]);
    await desk.visit();
    expect(await desk.stored()).to.deep.equal(before);
    expect(await removals()).to.deep.equal([]);
  });

  it('are uploads that nothing was sent with for a day', async () => {
    const chat = await desk.newChat();
    const { token } = await addUser(desk.product.context, desk.acme, 'Forgetful Fay');
    const [old, young, sent] = [
      await desk.upload(picture, { token }),
      await desk.upload(picture),
      await desk.upload(picture),
    ];
    const message = await desk.send(chat, { attachments: [sent.id] });
    await desk.becomes(message, 'sent');
    const before = await desk.stored();
    await desk.acme.query(
      `UPDATE message_attachments SET created_at = now() - interval '25 hours' WHERE id = ANY ($1)`,
      [[old.id, sent.id]],
    );
    await desk.acme.query(
      `UPDATE message_attachments SET created_at = now() - interval '23 hours' WHERE id = $1`,
      [young.id],
    );
    await care();
    expect((await desk.fetch(old.url)).status).to.equal(404);
    expect((await desk.post(chat, { attachments: [old.id] })).status).to.equal(422);
    await desk.visit();
    expect(await desk.stored()).to.have.length(before.length - 2);
    for (const { url, thumbnailUrl } of [young, sent]) {
      expect((await desk.fetch(url)).bytes.equals(picture)).to.equal(true);
      expect((await desk.fetch(thumbnailUrl)).status).to.equal(200);
    }
    await desk.becomes(await desk.send(chat, { attachments: [young.id] }), 'sent');
  });

  it('are tried again when the store did not let go of them', async () => {
    const { event, file } = await desk.arrive(sampleFiles.pdf, {
      type: 'document',
      mimeType: 'application/pdf',
    });
    const later = await desk.arriveLater(picture, pictureFile);
    const { key } = await desk.rowOf({ file });
    const { media } = desk.product.context;
    const stuck: Omit<MediaStore, 'removeTenant'> = {
      put: media.put.bind(media),
      open: media.open.bind(media),
      remove: () => Promise.reject(new Error('the bucket is locked')),
    };
    await desk.acme.receive([inboundRevoke(event.person, event.message.id)]);
    await desk.makeDue();
    expect(await failureOf(desk.fetchWith({ store: stuck as MediaStore }))).to.include({
      message: 'the bucket is locked',
    });
    expect(await removals()).to.deep.equal([{ store_key: key }]);
    // What came meanwhile was fetched all the same.
    expect(await desk.attachmentOf(later)).to.include({ state: 'stored' });
    expect(await desk.stored()).to.include(key);
    await desk.visit();
    expect(await removals()).to.deep.equal([]);
    expect(await desk.stored()).to.not.include(key);
  });

  it('may be many at once', async () => {
    const { media } = desk.product.context;
    const before = await desk.stored();
    const keys = await desk.acme.query<{ key: string }>(
      `INSERT INTO media_removals (store_key) SELECT $1 || '/' || gen_random_uuid() FROM generate_series(1, 1201)
       RETURNING store_key AS key`,
      [desk.acme.tenant.id],
    );
    for (const { key } of keys.slice(0, 20)) await media.put(key, Readable.from(['x']));
    await desk.visit();
    expect(await removals()).to.deep.equal([]);
    expect(await desk.stored()).to.deep.equal(before);
  });
});

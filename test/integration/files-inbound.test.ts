import { Readable } from 'node:stream';
import { expect } from 'chai';
import sharp from 'sharp';
import {
  brokenJson,
  graphError,
  inbound,
  inboundFile,
  inboundRevoke,
  rateLimited,
} from '../../src/simulator/index.ts';
import { type Attachment, FilesDesk } from '../support/files-desk.ts';
import { noise, sampleFiles } from '../support/sample-files.ts';
import { until } from '../support/until.ts';

describe('files that customers send on WhatsApp', () => {
  let desk: FilesDesk;
  let picture: Buffer;

  before(async function () {
    this.timeout(60_000);
    desk = await FilesDesk.open();
    picture = await noise(900, 600);
  });
  after(() => desk?.close());
  afterEach(() => desk.settle());

  const pictureFile = { type: 'image', mimeType: 'image/jpeg' } as const;

  describe('come', () => {
    it('as a picture with its size and a thumbnail, by links of its own', async () => {
      const { message, file } = await desk.arrive(picture, { ...pictureFile, caption: 'Look' });
      expect(message).to.include({ type: 'image', content: 'Look' });
      expect(file).to.include({
        type: 'image',
        mimeType: 'image/jpeg',
        state: 'stored',
        error: null,
        isVoice: false,
      });
      expect(file).to.include({ width: 900, height: 600, size: picture.length, duration: null });
      const { status, bytes } = await desk.fetch(file.url);
      expect(status).to.equal(200);
      expect(bytes.equals(picture)).to.equal(true);
      const thumbnail = await desk.fetch(file.thumbnailUrl);
      expect(await sharp(thumbnail.bytes).metadata()).to.include({ format: 'webp', width: 480, height: 320 });
    });

    it('as what their bytes are, whatever was said of them', async () => {
      const sticker = await sharp(picture).resize(256, 256).webp().toBuffer();
      const cases: readonly (readonly [
        what: string,
        file: Omit<Parameters<FilesDesk['arrive']>[1], 'id'>,
        bytes: Buffer,
        expected: Partial<Attachment>,
      ])[] = [
        [
          'a voice message',
          { type: 'audio', mimeType: 'audio/ogg; codecs=opus', isVoice: true },
          sampleFiles.voice,
          { type: 'audio', mimeType: 'audio/ogg', isVoice: true },
        ],
        [
          'music',
          { type: 'audio', mimeType: 'audio/mpeg' },
          sampleFiles.mp3,
          { type: 'audio', mimeType: 'audio/mpeg', isVoice: false },
        ],
        [
          'a document',
          { type: 'document', mimeType: 'application/pdf', filename: 'offer.pdf' },
          sampleFiles.pdf,
          { type: 'document', mimeType: 'application/pdf', filename: 'offer.pdf' },
        ],
        [
          'a picture sent as a document',
          { type: 'document', mimeType: 'image/jpeg', filename: 'plan.jpg' },
          picture,
          { type: 'document', mimeType: 'image/jpeg', filename: 'plan.jpg', width: 900, height: 600 },
        ],
        [
          'a sticker',
          { type: 'sticker', mimeType: 'image/webp' },
          sticker,
          { type: 'sticker', mimeType: 'image/webp', width: 256, height: 256 },
        ],
        [
          'a film',
          { type: 'video', mimeType: 'video/mp4' },
          sampleFiles.mp4,
          { type: 'video', mimeType: 'video/mp4', thumbnailUrl: null },
        ],
        [
          'a page that is called a picture',
          { type: 'image', mimeType: 'image/jpeg' },
          sampleFiles.html,
          { type: 'document', mimeType: 'application/octet-stream', thumbnailUrl: null },
        ],
        [
          'a picture that is broken',
          { type: 'image', mimeType: 'image/jpeg' },
          picture.subarray(0, 20_000),
          { type: 'image', mimeType: 'image/jpeg', width: null, thumbnailUrl: null },
        ],
        ['nothing at all', pictureFile, Buffer.alloc(0), { type: 'document', size: 0 }],
      ];
      for (const [what, given, bytes, expected] of cases) {
        const { message, file } = await desk.arrive(bytes, given);
        expect(message.type, what).to.equal(given.type);
        expect(file, what).to.include({ state: 'stored', error: null, size: bytes.length, ...expected });
        expect((await desk.fetch(file.url)).bytes.equals(bytes), what).to.equal(true);
      }
    });

    it('with a name that shows where it ends', async () => {
      for (const [given, kept] of [
        ['invoice\u202efdp.exe', 'invoicefdp.exe'],
        ['a\u200b.php', 'a.php'],
        ['../../etc/passwd', '.._.._etc_passwd'],
        ['C:\\temp\\x.pdf', 'C:_temp_x.pdf'],
        ['two\r\nlines"; x=\u2028y.pdf', 'twolines"; x=y.pdf'],
        [`${'long '.repeat(100)}.pdf`, `${'long '.repeat(100)}.pdf`.slice(-200)],
      ] as const) {
        const document = { type: 'document', mimeType: 'application/pdf', filename: given } as const;
        const { file } = await desk.arrive(sampleFiles.pdf, document);
        expect(file.filename).to.equal(kept);
      }
    });

    it('several at once, each as its own', async () => {
      const events = Array.from({ length: 11 }, (_, n) =>
        desk.fileEvent(Buffer.from(`file ${n}`), { type: 'document', mimeType: 'text/plain' }),
      );
      await desk.acme.receive(events);
      await desk.fetchAll();
      for (const [n, event] of events.entries()) {
        const file = await desk.attachmentOf({ event });
        expect(file).to.include({ state: 'stored', mimeType: 'text/plain' });
        expect((await desk.fetch(file.url)).bytes.toString()).to.equal(`file ${n}`);
      }
    });

    it('to whoever watches: waiting first, then with a link', async () => {
      const after = (await desk.acme.events()).at(-1)?.seq;
      const { message } = await desk.arrive(sampleFiles.pdf, {
        type: 'document',
        mimeType: 'application/pdf',
      });
      const told = (await desk.acme.events(after)).flatMap(event =>
        event.type === 'message.created' || event.type === 'message.updated' ? [event] : [],
      );
      expect(
        told.map(event => [event.type, event.data.message.id, event.data.message.attachments[0]?.state]),
      ).to.deep.equal([
        ['message.created', message.id, 'waiting'],
        ['message.updated', message.id, 'stored'],
      ]);
      expect(told[0]?.data.message.attachments[0]).to.include({ url: null, thumbnailUrl: null });
      const { bytes } = await desk.fetch(told[1]?.data.message.attachments[0]?.url ?? null);
      expect(bytes.equals(sampleFiles.pdf)).to.equal(true);
    });
  });

  describe('do not come', () => {
    const never = async (file: Attachment, sentence: RegExp) => {
      expect(file).to.include({ state: 'unavailable', url: null, thumbnailUrl: null });
      expect(file.error).to.match(sentence);
    };

    it('when WhatsApp does not know them any more', async () => {
      const gone = inboundFile(desk.newPerson(), { ...pictureFile, id: '471100000000' });
      await never((await desk.receive(gone)).file, /keeps files for seven days/);
    });
    it('when WhatsApp could not fetch them itself', async () => {
      const failed = inbound(desk.newPerson(), 'image', {
        image: { caption: 'Gone' },
        errors: [{ code: 131052, title: 'Download failed' }],
      });
      const { message, file } = await desk.receive(failed);
      expect(message).to.include({ type: 'image', content: 'Gone' });
      await never(file, /\S/);
      expect(await desk.rowOf({ file })).to.include({ attempts: 0 });
    });
    it('when the file itself is gone', async () => {
      for (const status of [404, 410]) {
        // The address may have run out: another one is asked for, once.
        desk.failDownload(graphError(status, 100));
        const arrived = await desk.arrive(picture, pictureFile);
        expect(arrived.file.state).to.equal('waiting');
        desk.failDownload(graphError(status, 100));
        await desk.makeDue();
        await desk.visit();
        await never(await desk.attachmentOf(arrived), /has this file no longer/);
      }
    });
    it('when they are too large, by what is said of them or by what comes', async () => {
      const before = await desk.stored();
      for (const size of [2000, 100_000]) {
        const later = await desk.arriveLater(Buffer.alloc(size, 7), {
          type: 'document',
          mimeType: 'text/plain',
        });
        await desk.makeDue();
        await desk.fetchWith({ maximumBytes: 1024 });
        await never(await desk.attachmentOf(later), /larger than 1 kB\. It was not kept\./);
      }
      expect(await desk.stored()).to.deep.equal(before);
    });
    it('when the channel was removed before', async () => {
      const added = await desk.acme.http<{ id: number }>('POST', '/channels', {
        platform: 'whatsapp',
        name: 'Short-lived',
        settings: { phoneNumberId: '990011', businessAccountId: '990022', accessToken: 't', appSecret: 's' },
      });
      const later = await desk.arriveLater(picture, pictureFile);
      await desk.acme.query('UPDATE messages SET channel_id = $1 WHERE id = $2', [
        added.body.id,
        later.message.id,
      ]);
      expect((await desk.acme.http('DELETE', `/channels/${added.body.id}`)).status).to.equal(204);
      await desk.makeDue();
      await desk.visit();
      await never(await desk.attachmentOf(later), /channel was removed/);
    });
    it('when many tries in six hours were in vain', async () => {
      const later = await desk.arriveLater(picture, pictureFile);
      await desk.acme.query('UPDATE message_attachments SET attempts = 11 WHERE id = $1', [later.file.id]);
      desk.fail(graphError(500, 131000), 2);
      await desk.makeDue();
      await desk.visit();
      expect((await desk.rowOf(later)).attempts).to.equal(12);
      expect((await desk.attachmentOf(later)).state).to.equal('waiting');
      await desk.acme.query(
        `UPDATE message_attachments SET created_at = now() - interval '6 hours' WHERE id = $1`,
        [later.file.id],
      );
      await desk.makeDue();
      await desk.visit();
      await never(await desk.attachmentOf(later), /could not be fetched/);
    });
  });

  describe('come later', () => {
    it('when WhatsApp fails for a while, whatever it fails with', async () => {
      const faults = [
        graphError(500, 131000),
        graphError(503, 2),
        { kind: 'reset', isAccepted: false },
        { ...brokenJson, isAccepted: false },
        {
          kind: 'answer',
          status: 502,
          body: '<html>Bad gateway</html>',
          contentType: 'text/html',
          isAccepted: false,
        },
        { kind: 'answer', status: 200, body: '{}', isAccepted: false },
      ] as const;
      for (const fault of faults) {
        desk.fail(fault, 2);
        const arrived = await desk.arrive(picture, pictureFile);
        await desk.fetchAll();
        const file = await desk.attachmentOf(arrived);
        expect(file, JSON.stringify(fault)).to.include({ state: 'stored', width: 900 });
        expect((await desk.rowOf(arrived)).attempts).to.equal(3);
      }
    });

    it('when the file’s own server fails for a while', async () => {
      const faults = [
        graphError(500, 131000),
        graphError(401, 190),
        graphError(429, 4),
        { kind: 'reset', isAccepted: false },
        { kind: 'answer', status: 302, body: '', isAccepted: false },
        { kind: 'answer', status: 206, body: 'a part', isAccepted: false },
      ] as const;
      for (const fault of faults) {
        desk.failDownload(fault);
        const arrived = await desk.arrive(picture, pictureFile);
        await desk.fetchAll();
        const file = await desk.attachmentOf(arrived);
        expect(file, JSON.stringify(fault)).to.include({ state: 'stored', size: picture.length });
        expect((await desk.rowOf(arrived)).attempts).to.equal(2);
      }
    });

    it('not before the time that WhatsApp names', async () => {
      desk.fail(rateLimited(1800));
      const arrived = await desk.arrive(picture, pictureFile);
      await desk.visit();
      expect(arrived.file).to.include({ state: 'waiting', error: null, url: null });
      const { attempts, waitSeconds } = await desk.rowOf(arrived);
      expect(attempts).to.equal(1);
      expect(waitSeconds).to.be.within(1700, 1801);
    });

    it('when nobody answers in time, or the file does not end', async () => {
      for (const stall of [
        () => desk.fail({ kind: 'stall', isAccepted: false }),
        () => desk.failDownload({ kind: 'stall', isAccepted: false }),
      ]) {
        const later = await desk.arriveLater(picture, pictureFile);
        await desk.makeDue();
        stall();
        await desk.fetchWith({ answerWithinMs: 150, fileWithinMs: 150 });
        expect((await desk.rowOf(later)).attempts).to.equal(2);
        await desk.fetchAll();
        expect(await desk.attachmentOf(later)).to.include({ state: 'stored', size: picture.length });
      }
    });

    it('when the channel’s token is no longer right, or lacks a permission, once somebody has mended that', async () => {
      const { provider } = desk.product;
      const { account } = desk.acme;
      const withdraw = () => provider.addAccount({ ...account, accessToken: 'a new token' });
      for (const spoil of [withdraw, () => desk.fail(graphError(403, 10))]) {
        spoil();
        const arrived = await desk.arrive(picture, pictureFile);
        await until('the first try was refused', async () => (await desk.channelHealth()) === 'reauthorise');
        // Until somebody looks nothing is asked, and no try is lost.
        await desk.makeDue();
        await desk.visit();
        expect(await desk.attachmentOf(arrived)).to.include({ state: 'waiting', error: null });
        expect((await desk.rowOf(arrived)).attempts).to.equal(0);
        provider.addAccount(account);
        await desk.acme.http('PATCH', `/channels/${desk.acme.whatsapp.id}`, { isActive: true });
        await desk.fetchAll();
        expect(await desk.attachmentOf(arrived)).to.include({ state: 'stored' });
      }
    });
  });

  describe('are there once', () => {
    it('when a worker died between fetching and recording', async () => {
      const { context } = desk.product;
      const later = await desk.arriveLater(picture, pictureFile);
      const { publicId } = await desk.rowOf(later);
      const key = `${desk.acme.tenant.id}/${publicId}`;
      // As its claim is left: the file is in the store, and its row does not know.
      await desk.acme.query(
        `UPDATE message_attachments SET claimed_until = now() + interval '4 minutes', next_attempt_at = now() WHERE id = $1`,
        [later.file.id],
      );
      await context.media.put(key, Readable.from(['half a picture']));
      await desk.visit();
      expect(await desk.attachmentOf(later)).to.include({ state: 'waiting' });
      await desk.acme.query(
        `UPDATE message_attachments SET claimed_until = now() - interval '1 second' WHERE id = $1`,
        [later.file.id],
      );
      await desk.visit();
      const file = await desk.attachmentOf(later);
      expect(file).to.include({ state: 'stored', size: picture.length });
      expect((await desk.fetch(file.url)).bytes.equals(picture)).to.equal(true);
      expect((await desk.stored()).filter(name => name.includes(publicId))).to.deep.equal([
        key,
        `${key}.thumbnail`,
      ]);
    });

    it('when a slow worker comes after another one that took over', async () => {
      const later = await desk.arriveLater(picture, pictureFile);
      await desk.makeDue();
      desk.failDownload({ kind: 'delay', delayMs: 300 });
      const slow = desk.fetchWith({});
      await until('the slow one has asked', async () => (await desk.rowOf(later)).attempts === 2);
      await until('it is at the file', async () => {
        await desk.acme.query('UPDATE message_attachments SET claimed_until = NULL WHERE id = $1', [
          later.file.id,
        ]);
        await desk.fetchWith({});
        return (await desk.attachmentOf(later)).state === 'stored';
      });
      await slow;
      const file = await desk.attachmentOf(later);
      expect(file).to.include({ state: 'stored' });
      expect((await desk.fetch(file.url)).bytes.equals(picture)).to.equal(true);
      expect((await desk.fetch(file.thumbnailUrl)).status).to.equal(200);
    });

    it('and not at all when the message was taken back while the file came', async () => {
      const before = await desk.stored();
      const later = await desk.arriveLater(picture, pictureFile);
      await desk.makeDue();
      desk.failDownload({ kind: 'delay', delayMs: 300 });
      const slow = desk.fetchWith({});
      await until('the slow one has asked', async () => (await desk.rowOf(later)).attempts === 2);
      await desk.acme.receive([inboundRevoke(later.event.person, later.event.message.id)]);
      await slow;
      await desk.visit();
      expect((await desk.messageOf(later.event.message.id)).attachments).to.deep.equal([]);
      expect(await desk.stored()).to.deep.equal(before);
    });
  });
});

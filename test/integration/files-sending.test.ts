import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import type { Message } from '../../src/contract/messages.ts';
import { postTenant } from '../../src/features/outbound/index.ts';
import type { MediaStore } from '../../src/media/media-store.ts';
import { graphError, rateLimited } from '../../src/simulator/index.ts';
import { addKey, addUser } from '../support/callers.ts';
import { addConversation } from '../support/conversation-rows.ts';
import { type Attachment, FilesDesk } from '../support/files-desk.ts';
import { animation, noise, sampleFiles } from '../support/sample-files.ts';
import { WebhookCallback } from '../support/webhook-callback.ts';

describe('files that agents send', () => {
  let desk: FilesDesk;
  let picture: Buffer;
  let chat: number;

  before(async function () {
    this.timeout(60_000);
    // Of the program whose callback is called.
    desk = await FilesDesk.open({ variables: { OUTBOUND_ALLOW: '127.0.0.1:*' } });
    picture = await noise(300, 200);
  });
  after(() => desk?.close());
  beforeEach(async () => {
    chat = await desk.newChat();
  });
  afterEach(() => desk.settle());

  interface SentFile {
    readonly id?: string;
    readonly link?: string;
    readonly caption?: string;
    readonly filename?: string;
  }
  interface WithTemplate {
    readonly template: {
      readonly components: readonly {
        readonly type: string;
        readonly parameters: readonly [{ readonly type: string; readonly image?: { readonly id: string } }];
      }[];
    };
  }
  /** What WhatsApp was given: the message, and the file that it names or fetches. */
  const takenOf = async (message: Message) => {
    const body = desk.accepted(message)?.body as unknown as { type: string } & Record<string, SentFile>;
    const file = body[body.type] as SentFile;
    const bytes =
      file.link === undefined
        ? desk.product.provider.media.find(file.id ?? '')?.bytes
        : (await desk.fetch(file.link)).bytes;
    return { type: body.type, ...file, bytes };
  };
  /** Of a visit of our own. */
  const postOptions = (): Parameters<typeof postTenant>[0] => {
    const { tenants, media, links, lines, config, publicUrl } = desk.product.context;
    const { providerUrls, outboundAllow } = config;
    return { tenants, store: media, links, lines, providerUrls, outboundAllow, publicUrl };
  };
  /** A message that waits for a visit of our own: the lane has looked, and comes again in an hour. */
  const sendPaused = async (): Promise<Message> => {
    await desk.acme.query(`UPDATE channels SET paused_until = now() + interval '1 hour'`);
    const sent = await desk.send(chat, { attachments: [(await desk.upload(picture)).id] });
    await desk.visitSends();
    await desk.acme.query('UPDATE channels SET paused_until = NULL');
    return sent;
  };

  describe('on WhatsApp', () => {
    it('go with words, and are in the thread like those that came', async () => {
      const upload = await desk.upload(picture, { filename: 'lamp.jpg' });
      const sent = await desk.send(chat, { content: 'This one', attachments: [upload.id] });
      expect(sent).to.include({ type: 'image', content: 'This one' });
      expect(sent.attachments).to.deep.equal([upload]);
      const shown = await desk.becomes(sent, 'sent');
      expect(shown.attachments).to.deep.equal([upload]);
      expect((await desk.fetch(shown.attachments[0]?.url ?? null)).bytes.equals(picture)).to.equal(true);
      const { bytes, ...taken } = await takenOf(sent);
      expect(taken).to.include({ type: 'image', caption: 'This one' }).and.to.not.have.property('filename');
      expect(bytes?.equals(picture)).to.equal(true);
    });

    it('go as what WhatsApp shows, or as documents', async () => {
      const large = await noise(1500, 1250, 'png');
      expect(large.length).to.be.above(5 * 1024 * 1024);
      const gif = await animation(40, 30);
      const cases: readonly (readonly [
        what: string,
        bytes: Buffer,
        mimeType: string,
        kind: Attachment['type'],
      ])[] = [
        ['voice', sampleFiles.voice, 'audio/ogg', 'audio'],
        ['sound of a telephone', sampleFiles.m4a, 'audio/x-m4a', 'audio'],
        ['music', sampleFiles.mp3, 'audio/mpeg', 'audio'],
        ['a film', sampleFiles.mp4, 'video/mp4', 'video'],
        ['a film of another camera', sampleFiles.quicktime, 'video/quicktime', 'document'],
        ['voice of a browser', sampleFiles.webm, 'audio/webm', 'document'],
        ['a moving picture', gif, 'image/gif', 'document'],
        ['a picture that is too large', large, 'image/png', 'document'],
        ['a page', sampleFiles.html, 'text/html', 'document'],
        ['a contract', sampleFiles.pdf, 'application/pdf', 'document'],
      ];
      for (const [what, bytes, mimeType, kind] of cases) {
        const upload = await desk.upload(bytes, { filename: 'name of it', mimeType });
        const sent = await desk.becomes(await desk.send(chat, { attachments: [upload.id] }), 'sent');
        expect(sent.type, what).to.equal(kind);
        expect(sent.attachments[0]?.type, what).to.equal(kind);
        const taken = await takenOf(sent);
        expect(taken.type, what).to.equal(kind);
        expect(taken.filename, what).to.equal(kind === 'document' ? 'name of it' : undefined);
        expect(taken.bytes?.equals(bytes), what).to.equal(true);
      }
    });

    it('go in the head of a template, where words may stand as well', async () => {
      const upload = await desk.upload(picture, { filename: 'lamp.jpg' });
      const send = (name: string, header: object) =>
        desk.send(chat, {
          type: 'template',
          template: { name, language: 'en', header },
          variables: ['Rui', '17'],
        });
      const withFile = await desk.becomes(await send('with_picture', { attachmentId: upload.id }), 'sent');
      expect(withFile.type).to.equal('template');
      expect(withFile.attachments.map(file => file.id)).to.deep.equal([upload.id]);
      const headOf = (message: Message) => {
        const taken = desk.accepted(message)?.body as unknown as WithTemplate | undefined;
        return taken?.template.components.find(({ type }) => type === 'header')?.parameters[0];
      };
      const head = headOf(withFile);
      expect(head?.type).to.equal('image');
      expect(desk.product.provider.media.find(head?.image?.id ?? '')?.bytes.equals(picture)).to.equal(true);
      const withText = await desk.becomes(await send('with_number', { text: 'News' }), 'sent');
      expect(headOf(withText)).to.deep.equal({ type: 'text', text: 'News' });
    });

    it('go once for one clientId, and answer a message', async () => {
      const [hello] = await desk.acme.query<{ id: number }>(
        'SELECT id FROM messages WHERE conversation_id = $1',
        [chat],
      );
      const upload = await desk.upload(picture);
      const body = { attachments: [upload.id], clientId: randomUUID(), replyToId: hello?.id };
      const sent = await desk.send(chat, body);
      const again = await desk.post(chat, body);
      expect(again.status).to.equal(200);
      expect(again.body).to.include({ id: sent.id });
      expect(again.body.attachments).to.deep.equal([upload]);
      await desk.becomes(sent, 'sent');
      expect(desk.accepted(sent)?.replyTo).to.match(/^wamid/);
    });
  });

  describe('are refused, and may be sent all the same where they fit', () => {
    const refused = async (body: Readonly<Record<string, unknown>>, sentence: RegExp, where = chat) => {
      const answer = await desk.post(where, body);
      expect([answer.status, answer.body.error?.message], JSON.stringify(body)).to.satisfy(
        ([status, said]: [number, string]) => status === 422 && sentence.test(said),
      );
    };

    it('when words would be lost, which sound takes none of on WhatsApp', async () => {
      const voice = await desk.upload(sampleFiles.voice, { mimeType: 'audio/ogg' });
      await refused({ attachments: [voice.id], content: 'Listen' }, /Send the words in a message before it/);
      await desk.becomes(await desk.send(chat, { attachments: [voice.id] }), 'sent');
      const page = await desk.upload(sampleFiles.webm, { mimeType: 'audio/webm' });
      const asDocument = await desk.send(chat, { attachments: [page.id], content: 'Listen' });
      await desk.becomes(asDocument, 'sent');
    });

    it('when they are not the sender’s own, or were sent before', async () => {
      const { context, globex } = desk.product;
      const bob = await addUser(context, desk.acme, 'Bob Borrows');
      const { key } = await addKey(context, desk.acme, ['messages:send']);
      const own = await desk.upload(picture);
      const ofBob = await desk.upload(picture, { token: bob.token });
      const ofProgram = await desk.upload(picture, { token: key });
      const [ofGlobex] = await globex.query<{ id: number }>(
        `INSERT INTO message_attachments (id, state, type, url, mime_type, file_size, uploaded_by) OVERRIDING SYSTEM VALUE
         VALUES (700000, 'stored', 'image', 'x', 'image/jpeg', 1, 1) RETURNING id`,
      );
      const { file: received } = await desk.arrive(picture, { type: 'image', mimeType: 'image/jpeg' });
      const noSuch = /attachments\.0: there is no such upload of yours, or it was sent already/;
      for (const id of [ofBob.id, ofProgram.id, received.id, ofGlobex?.id, 999_999]) {
        await refused({ attachments: [id] }, noSuch);
        await refused(
          { type: 'template', template: { name: 'a', language: 'en', header: { attachmentId: id } } },
          /^template\.header\.attachmentId: there is no such upload/,
        );
      }
      const path = `/conversations/${chat}/messages`;
      for (const [token, { id }] of [
        [bob.token, own],
        [key, own],
        [key, ofBob],
        [bob.token, ofProgram],
      ] as const)
        expect((await desk.product.http('POST', path, { attachments: [id] }, token)).status).to.equal(422);
      for (const [token, { id }] of [
        [bob.token, ofBob],
        [key, ofProgram],
        [desk.acme.token, own],
      ] as const) {
        const first = await desk.product.http<Message>('POST', path, { attachments: [id] }, token);
        expect(first.status).to.equal(201);
        expect((await desk.product.http('POST', path, { attachments: [id] }, token)).status).to.equal(422);
      }
    });

    it('when there are too many, or one twice', async () => {
      const [one, other] = [await desk.upload(picture), await desk.upload(picture)];
      await refused(
        { attachments: [one.id, other.id] },
        /^attachments: this channel takes 1 in one message at most/,
      );
      await refused({ attachments: [one.id, one.id] }, /^attachments: /);
      await refused(
        { attachments: [one.id], content: 'x'.repeat(1025) },
        /^content: this channel takes 1024/,
      );
      await refused(
        { type: 'interactive', content: 'x', buttons: [{ id: 'a', title: 'A' }], attachments: [one.id] },
        /attachments/,
      );
      await desk.send(chat, { attachments: [one.id], content: 'x'.repeat(1024) });
    });

    it('when they are too large for the platform: it says for which size there is room', async () => {
      const upload = await desk.upload(sampleFiles.pdf);
      await desk.acme.query('UPDATE message_attachments SET file_size = 101 * 1024 * 1024 WHERE id = $1', [
        upload.id,
      ]);
      await refused(
        { attachments: [upload.id] },
        /^attachments\.0: this channel takes files of this type up to 100 MB\.$/,
      );
    });

    it('on a channel that sends none', async () => {
      const upload = await desk.upload(picture);
      const widget = await addConversation(desk.acme, { channel: desk.acme.widget, visitorId: randomUUID() });
      await refused({ attachments: [upload.id] }, /this channel sends no files/, widget.id);
      const channel = (await desk.acme.http<Channel>('GET', `/channels/${desk.acme.api.id}`)).body;
      expect(channel.abilities).to.include({ maximumFiles: 0 });
      await desk.send(chat, { attachments: [upload.id] });
    });
  });

  describe('when WhatsApp fails', () => {
    const sendOne = async () => desk.send(chat, { attachments: [(await desk.upload(picture)).id] });
    const accepted = (message: Message) =>
      desk.product.provider
        .accepted(desk.acme.account.phoneNumberId)
        .filter(({ correlator }) => correlator?.startsWith(`${message.id}.`));

    it('while the file is handed over, it is handed over again from its start', async () => {
      for (const fault of [
        graphError(500, 131000),
        graphError(503, 2),
        rateLimited(1),
        { kind: 'reset', isAccepted: false },
        { kind: 'reset', isAccepted: true },
        { kind: 'answer', status: 200, body: '{"id":', isAccepted: true },
      ] as const) {
        desk.fail(fault, 2);
        const sent = await desk.becomes(await sendOne(), 'sent');
        expect(accepted(sent), JSON.stringify(fault)).to.have.length(1);
        expect((await takenOf(sent)).bytes?.equals(picture)).to.equal(true);
      }
    });

    it('after that, file and message go again', async () => {
      desk.product.provider.failNext(desk.acme.account.phoneNumberId, graphError(500, 131000));
      const sent = await desk.becomes(await sendOne(), 'sent');
      expect(accepted(sent)).to.have.length(1);
      expect((await takenOf(sent)).bytes?.equals(picture)).to.equal(true);
    });

    it('for good, it is said why; a retry hands the file over again', async () => {
      desk.fail(graphError(400, 131053));
      const failed = await desk.becomes(await sendOne(), 'failed');
      expect(failed.error?.message).to.match(/WhatsApp did not accept the file/);
      expect(failed.attachments).to.have.length(1);
      expect((await desk.acme.http('POST', `/messages/${failed.id}/retry`)).status).to.equal(202);
      const sent = await desk.becomes(failed, 'sent');
      expect((await takenOf(sent)).bytes?.equals(picture)).to.equal(true);
    });

    it('to answer the handing over, it is tried again', async () => {
      const sent = await sendPaused();
      desk.fail({ kind: 'stall', isAccepted: false });
      await postTenant({ ...postOptions(), answerWithinMs: 200 }, desk.acme.tenant.id);
      expect(accepted(sent)).to.have.length(0);
      expect(accepted(await desk.becomes(sent, 'sent'))).to.have.length(1);
    });
  });

  describe('when the store fails', () => {
    const visitWith = async (store: Partial<MediaStore>) => {
      const options = postOptions();
      const faulty = { open: options.store.open.bind(options.store), ...store } as MediaStore;
      await postTenant({ ...options, store: faulty }, desk.acme.tenant.id);
    };
    const attemptsOf = async ({ id }: Message) =>
      (
        await desk.acme.query<{ attempt: number }>(
          'SELECT attempt FROM message_sends WHERE message_id = $1',
          [id],
        )
      )[0]?.attempt;

    it('to open a file, or in the middle of it, the message waits and goes later', async () => {
      const faults: readonly Partial<MediaStore>[] = [
        { open: () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })) },
        {
          open: async () =>
            Readable.from(
              (async function* () {
                yield picture.subarray(0, 1000);
                throw new Error('the line to the bucket is cut');
              })(),
            ),
        },
      ];
      for (const fault of faults) {
        const sent = await sendPaused();
        await visitWith(fault);
        expect(await attemptsOf(sent)).to.equal(1);
        const shown = await desk.becomes(sent, 'sent');
        expect((await takenOf(shown)).bytes?.equals(picture)).to.equal(true);
      }
    });

    it('to find it, the message fails with a sentence, and those behind it go', async () => {
      const lost = await sendPaused();
      const [row] = await desk.acme.query<{ key: string }>(
        'SELECT url AS key FROM message_attachments WHERE message_id = $1',
        [lost.id],
      );
      await desk.product.context.media.remove([row?.key ?? '']);
      const next = await desk.send(chat, { content: 'Did you see it?' });
      const failed = await desk.becomes(lost, 'failed');
      expect(failed.error).to.deep.equal({
        code: 'file_gone',
        message: 'The file file is not there any more. Send it anew.',
      });
      await desk.becomes(next, 'sent');
    });
  });

  describe('to a program', () => {
    interface Posted {
      readonly content: {
        readonly text: string;
        readonly files: readonly { readonly filename: string; readonly url: string; readonly kind: string }[];
      };
    }
    it('go as addresses that it can fetch, in the order that was given', async () => {
      const callback = await WebhookCallback.start();
      try {
        const { body: channel } = await desk.acme.http<Channel & { secret: string }>('POST', '/channels', {
          platform: 'api',
          name: 'With files',
          settings: { callbackUrl: callback.url },
        });
        callback.secret = channel.secret;
        expect(channel.abilities.maximumFiles).to.be.above(1);
        const { id } = await addConversation(desk.acme, { channel });
        const second = await desk.upload(sampleFiles.pdf, { filename: 'second.pdf' });
        const first = await desk.upload(picture, { filename: 'first.jpg' });
        const answer = await desk.send(id, { content: 'Two', attachments: [first.id, second.id] });
        const names = (message: Message) => message.attachments.map(file => file.filename);
        expect(names(answer)).to.deep.equal(['first.jpg', 'second.pdf']);
        expect(names(await desk.becomes(answer, 'sent'))).to.deep.equal(['first.jpg', 'second.pdf']);
        const [posted] = callback.requests.map(({ body }) => body as unknown as Posted);
        const files = posted?.content.files ?? [];
        expect(posted?.content.text).to.equal('Two');
        expect(files.map(file => [file.filename, file.kind])).to.deep.equal([
          ['first.jpg', 'image'],
          ['second.pdf', 'document'],
        ]);
        const fetched = await Promise.all(files.map(file => desk.fetch(file.url)));
        expect(fetched.map(({ bytes }) => bytes.length)).to.deep.equal([
          picture.length,
          sampleFiles.pdf.length,
        ]);
      } finally {
        await callback.close();
      }
    });
  });
});

import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MasterKeys } from '../../../src/config/secrets.ts';
import type { TenantEvent } from '../../../src/contract/events.ts';
import type { Message } from '../../../src/contract/messages.ts';
import { MediaLinks, storedUrl } from '../../../src/media/media-links.ts';

const HOUR = 3_600_000;
const now = Date.UTC(2026, 10, 21, 13, 5);
const tenantId = randomUUID();
const target = { tenantId, attachmentId: 4711, isThumbnail: false };

describe('links to files', () => {
  const key = randomBytes(32);
  const linksOf = (current: Buffer, previous?: Buffer) =>
    new MediaLinks(new MasterKeys(current, previous), () => 'https://inbox.example/desk');
  const links = linksOf(key);
  const tokenOf = (url: string) => new URL(url).searchParams.get('token') ?? '';

  it('name their file and say nothing of its tenant, its name or its place', () => {
    const url = new URL(links.link(target, now));
    expect(`${url.origin}${url.pathname}`).to.equal('https://inbox.example/desk/api/v1/attachments/4711');
    expect([...url.searchParams.keys()]).to.deep.equal(['token']);
    expect(tokenOf(url.href)).to.match(/^[\w-]{58}$/);
  });

  it('are read as they were written', () => {
    for (const attachmentId of [1, 255, 256, 2 ** 31, 2 ** 32 + 5, 2 ** 48 - 1])
      for (const isThumbnail of [true, false])
        for (const id of [
          randomUUID(),
          '00000000-0000-0000-0000-000000000000',
          'ffffffff-ffff-ffff-ffff-ffffffffffff',
        ]) {
          const wanted = { tenantId: id, attachmentId, isThumbnail };
          expect(links.read(tokenOf(links.link(wanted, now)), now)).to.deep.equal(wanted);
          expect(links.read(tokenOf(links.shortLink(wanted, now)), now)).to.deep.equal(wanted);
        }
  });

  it('are the same for six hours, and good for a day at least', () => {
    const start = Date.UTC(2026, 10, 21, 12);
    const first = links.link(target, start);
    for (const minutes of [1, 60, 5 * 60, 6 * 60 - 1])
      expect(links.link(target, start + minutes * 60_000)).to.equal(first);
    expect(links.link(target, start + 6 * HOUR)).to.not.equal(first);
    expect(links.link(target, start - 1)).to.not.equal(first);
    for (const made of [start, start + 6 * HOUR - 1]) {
      const token = tokenOf(links.link(target, made));
      expect(links.read(token, made + 24 * HOUR)).to.deep.equal(target);
      expect(links.read(token, start + 30 * HOUR)).to.deep.equal(target);
      expect(links.read(token, start + 30 * HOUR + 1)).to.equal(undefined);
      expect(links.read(token, made + 365 * 24 * HOUR)).to.equal(undefined);
    }
  });

  it('for platforms are good for an hour', () => {
    const token = tokenOf(links.shortLink(target, now));
    expect(links.read(token, now + HOUR)).to.deep.equal(target);
    expect(links.read(token, now + HOUR + 1000)).to.equal(undefined);
  });

  it('differ by tenant, by file and by what of it they show', () => {
    const others = [
      target,
      { ...target, tenantId: randomUUID() },
      { ...target, attachmentId: 4712 },
      { ...target, isThumbnail: true },
    ];
    expect(new Set(others.map(other => tokenOf(links.link(other, now))))).to.have.property(
      'size',
      others.length,
    );
  });

  it('are worth nothing with any bit of them changed', () => {
    for (const isThumbnail of [true, false]) {
      const bytes = Buffer.from(tokenOf(links.link({ ...target, isThumbnail }, now)), 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(links.read(changed.toString('base64url'), now), `bit ${bit}`).to.equal(undefined);
      }
    }
  });

  it('are worth nothing with any sign of them changed, left out, doubled or added', () => {
    const token = tokenOf(links.link(target, now));
    for (let place = 0; place < token.length; place++) {
      const sign = token[place] ?? '';
      for (const other of [sign === 'A' ? 'B' : 'A', '', sign + sign, `${sign}.`, ` ${sign}`, `${sign}\n`]) {
        const changed = token.slice(0, place) + other + token.slice(place + 1);
        expect(links.read(changed, now), `${place}: ${JSON.stringify(other)}`).to.equal(undefined);
      }
    }
    // The last sign holds fewer bits than it could: only one way of writing it is right.
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
      if (last !== token.at(-1)) expect(links.read(token.slice(0, -1) + last, now), last).to.equal(undefined);
    for (const other of [
      `${token}=`,
      `${token}==`,
      `${token}AA`,
      token.slice(1),
      token.slice(0, -1),
      token + token,
    ])
      expect(links.read(other, now), other).to.equal(undefined);
  });

  it('cannot be put together from others', () => {
    const one = Buffer.from(tokenOf(links.link(target, now)), 'base64url');
    const other = Buffer.from(tokenOf(links.link({ ...target, tenantId: randomUUID() }, now)), 'base64url');
    for (let cut = 1; cut < one.length; cut++) {
      const mixed = Buffer.concat([one.subarray(0, cut), other.subarray(cut)]);
      if (!mixed.equals(one) && !mixed.equals(other))
        expect(links.read(mixed.toString('base64url'), now), `cut at ${cut}`).to.equal(undefined);
    }
  });

  it('are not guessed', () => {
    for (let n = 0; n < 1000; n++) {
      const length = n % 2 === 0 ? 43 : n % 100;
      expect(links.read(randomBytes(length).toString('base64url'), now)).to.equal(undefined);
    }
    const payload = Buffer.from(tokenOf(links.link(target, now)), 'base64url').subarray(0, 27);
    for (let n = 0; n < 1000; n++) {
      const forged = Buffer.concat([payload, randomBytes(16)]);
      expect(links.read(forged.toString('base64url'), now)).to.equal(undefined);
    }
    for (const odd of [
      '',
      'x',
      'null',
      '%00',
      '\0',
      'A'.repeat(58),
      '_'.repeat(58),
      '😀'.repeat(20),
      'A'.repeat(100_000),
    ])
      expect(links.read(odd, now)).to.equal(undefined);
  });

  it('are not signed with the master key itself, nor with a key for something else', () => {
    const keys = new MasterKeys(key);
    const token = Buffer.from(tokenOf(links.link(target, now)), 'base64url');
    const payload = token.subarray(0, 27);
    for (const wrong of [
      key,
      keys.deriveKey('access-token'),
      keys.deriveKey(''),
      Buffer.alloc(32),
      Buffer.alloc(0),
    ]) {
      const signature = createHmac('sha256', wrong).update(payload).digest().subarray(0, 16);
      expect(links.read(Buffer.concat([payload, signature]).toString('base64url'), now)).to.equal(undefined);
    }
  });

  it('live on when the master key is changed, until it is changed again', () => {
    const before = tokenOf(links.link(target, now));
    const [second, third] = [randomBytes(32), randomBytes(32)];
    const rotated = linksOf(second, key);
    expect(rotated.read(before, now)).to.deep.equal(target);
    const after = tokenOf(rotated.link(target, now));
    expect(after).to.not.equal(before);
    expect(rotated.read(after, now)).to.deep.equal(target);
    expect(links.read(after, now)).to.equal(undefined);
    expect(linksOf(second).read(before, now)).to.equal(undefined);
    expect(linksOf(third, second).read(before, now)).to.equal(undefined);
    expect(linksOf(third, second).read(after, now)).to.deep.equal(target);
  });

  it('begin with the address of today', () => {
    let address = 'http://127.0.0.1:1';
    const moving = new MediaLinks(new MasterKeys(key), () => address);
    expect(moving.link(target, now)).to.match(/^http:\/\/127\.0\.0\.1:1\/api/);
    address = 'https://inbox.example';
    expect(moving.link(target, now)).to.match(/^https:\/\/inbox\.example\/api/);
  });

  describe('in what leaves', () => {
    const file = (id: number, url: string | null, thumbnailUrl: string | null) =>
      ({ id, url, thumbnailUrl }) as Message['attachments'][number];
    const message = (...attachments: Message['attachments']) => ({ id: 1, attachments }) as Message;
    const targetOf = (url: string | null | undefined) => links.read(tokenOf(url ?? ''));

    it('stand where a file is stored, and nowhere else', () => {
      const linked = links.linked(
        tenantId,
        message(file(7, storedUrl(7), storedUrl(7)), file(8, storedUrl(8), null), file(9, null, null)),
      );
      const [picture, document, waiting] = linked.attachments;
      expect(targetOf(picture?.url)).to.deep.equal({ tenantId, attachmentId: 7, isThumbnail: false });
      expect(targetOf(picture?.thumbnailUrl)).to.deep.equal({ tenantId, attachmentId: 7, isThumbnail: true });
      expect(targetOf(document?.url)).to.deep.equal({ tenantId, attachmentId: 8, isThumbnail: false });
      expect(document?.thumbnailUrl).to.equal(null);
      expect(waiting).to.include({ url: null, thumbnailUrl: null });
    });

    it('leave everything else as it is, and what is stored without links', () => {
      const stored = message(file(7, storedUrl(7), null));
      const event = {
        type: 'message.created',
        seq: 3,
        data: { message: stored, conversation: { id: 2 } },
      } as never;
      const left = links.linkedEvent(tenantId, event) as TenantEvent;
      expect(left).to.deep.include({ type: 'message.created', seq: 3 });
      expect((left.data as { conversation: object }).conversation).to.deep.equal({ id: 2 });
      const [linked] = (left.data as unknown as { message: Message }).message.attachments;
      expect(targetOf(linked?.url)).to.include({ attachmentId: 7 });
      expect(stored.attachments[0]?.url).to.equal('attachment:7');
      for (const other of [
        { type: 'message.created', data: { message: message() } },
        { type: 'message.status', data: { messageId: 1 } },
        { type: 'conversation.updated', data: { message: stored } },
      ])
        expect(links.linkedEvent(tenantId, other)).to.equal(other);
    });
  });
});

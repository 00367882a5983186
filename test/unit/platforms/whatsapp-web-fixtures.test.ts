import { expect } from 'chai';
import {
  ForgedDelivery,
  MediaUnavailable,
  Unavailable,
  UnreadableDelivery,
} from '../../../src/platforms/adapter.ts';
import type { MediaRef } from '../../../src/platforms/inbound-fact.ts';
import { whatsappWebAdapter } from '../../../src/platforms/whatsapp_web/index.ts';
import { mediaKeyOf, writeMedia } from '../../../src/platforms/whatsapp_web/media-body.ts';
import { addressOf, messageIdOf } from '../../../src/platforms/whatsapp_web/web-address.ts';
import { destinationOf } from '../../../src/platforms/whatsapp_web/whatsapp-web-contact.ts';
import { failureOf } from '../../support/failure-of.ts';
import { testGoldenCases } from '../../support/test-golden-cases.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const { parse, unpackMedia } = whatsappWebAdapter;
const media: MediaRef = { type: 'image', id: mediaKeyOf('3EB0') };
const unpack = (body: Buffer | undefined, of = media) => unpackMedia!(of, async () => body);

describe('The golden cases of WhatsApp Web', () => {
  testGoldenCases('whatsapp_web', parse);
});

describe('The adapter of WhatsApp Web', () => {
  it('takes no webhooks', () => {
    const delivery = { method: 'POST', publicUrl: '', headers: {}, body: Buffer.from('{}'), receivedAt };
    expect(() => whatsappWebAdapter.authenticate(delivery, { signingSecrets: [''] })).to.throw(
      ForgedDelivery,
    );
  });
  it('cannot read what no session has written', () => {
    for (const body of [
      '{"v":2,"kind":"message"}',
      '{"v":1}',
      '{"kind":"message"}',
      '{"v":1,"kind":"media","id":"x"}',
    ])
      if (body.includes('media')) expect(parse(Buffer.from(body), receivedAt)).to.deep.equal([]);
      else expect(() => parse(Buffer.from(body), receivedAt)).to.throw(UnreadableDelivery);
  });
  it('knows a Brazilian number in both of its forms', () => {
    expect(whatsappWebAdapter.equivalents!({ kind: 'wa_id', value: '5511987654321' })).to.deep.include({
      kind: 'wa_id',
      value: '551187654321',
    });
  });
  it('writes to the number of a person, to the hidden id of one without, and to a group', () => {
    const lid = { kind: 'lid', value: '184000000000002' };
    expect(destinationOf([lid, { kind: 'wa_id', value: '351910000002' }])).to.deep.equal({
      kind: 'phone',
      user: '351910000002',
    });
    expect(destinationOf([lid])).to.deep.equal({ kind: 'lid', user: '184000000000002' });
    expect(destinationOf([{ kind: 'wa_group', value: '120363020000000001' }])).to.deep.equal({
      kind: 'group',
      user: '120363020000000001',
    });
    expect(destinationOf([])).to.equal(undefined);
    expect(destinationOf([{ kind: 'wa_id', value: 'x@g.us' }])).to.equal(undefined);
  });
  it('reads addresses and ids in all their forms', () => {
    expect(addressOf('351910000002:14@c.us')).to.deep.equal({ kind: 'phone', user: '351910000002' });
    expect(addressOf('351910000002.0:14@s.whatsapp.net')).to.deep.equal({
      kind: 'phone',
      user: '351910000002',
    });
    expect(addressOf({ _serialized: '184000000000002@lid' })).to.deep.equal({
      kind: 'lid',
      user: '184000000000002',
    });
    for (const nobody of [
      'status@broadcast',
      '1@newsletter',
      '1@broadcast',
      'a@c.us',
      '1-2@c.us',
      '',
      null,
      7,
    ])
      expect(addressOf(nobody), String(nobody)).to.equal(undefined);
    expect(messageIdOf('false_120363020000000001@g.us_3EB0_184000000000002@lid')).to.equal('3EB0');
    expect(messageIdOf({ id: '3EB0' })).to.equal('3EB0');
    for (const none of ['3EB0', null, { id: 'a b' }, { id: 'x'.repeat(200) }])
      expect(messageIdOf(none)).to.equal(undefined);
  });
});

describe('A file from WhatsApp Web', () => {
  const bytes = Buffer.from([0, 10, 123, 10, 255]);
  it('is a delivery of its own that gives no facts', () => {
    expect(parse(writeMedia({ id: '3EB0' }, bytes), receivedAt)).to.deep.equal([]);
  });
  it('is unpacked as it was fetched', async () => {
    expect(await unpack(writeMedia({ id: '3EB0', mimeType: 'image/png' }, bytes))).to.deep.equal({
      content: bytes,
      mimeType: 'image/png',
    });
    expect(await unpack(writeMedia({ id: '3EB0' }))).to.deep.equal({ content: Buffer.alloc(0) });
  });
  it('is asked for under the id that its message names', async () => {
    const asked: string[] = [];
    await failureOf(
      unpackMedia!(media, async key => {
        asked.push(key);
        return undefined;
      }),
    );
    expect(asked).to.deep.equal(['media:3EB0']);
  });
  it('is waited for, and given up when it cannot be had', async () => {
    expect(await failureOf(unpack(undefined))).to.be.instanceOf(Unavailable);
    const gone = await failureOf(unpack(writeMedia({ id: '3EB0', unavailable: 'It is gone.' })));
    expect(gone).to.be.instanceOf(MediaUnavailable).with.property('message', 'It is gone.');
    const never = await failureOf(unpack(undefined, { type: 'image', unavailable: 'Only on the phone.' }));
    expect(never).to.be.instanceOf(MediaUnavailable).with.property('message', 'Only on the phone.');
    for (const body of ['', '{}', '{"v":1,"kind":"media",}\n', '{"v":1,"kind":"media","id":"x"}'])
      expect(await failureOf(unpack(Buffer.from(body)))).to.be.instanceOf(MediaUnavailable);
  });
});

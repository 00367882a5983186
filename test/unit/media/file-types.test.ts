import { expect } from 'chai';
import type { FileKind } from '../../../src/contract/channels.ts';
import { kindOf, mimeTypeOf } from '../../../src/media/keep-file.ts';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

describe('the type of a file', () => {
  const cases: readonly (readonly [
    detected: string | undefined,
    claimed: string | undefined,
    type: string,
  ])[] = [
    ['image/png', 'text/html', 'image/png'],
    ['image/png', undefined, 'image/png'],
    ['image/jpeg', 'image/png', 'image/jpeg'],
    ['image/apng', 'image/png', 'image/png'],
    ['application/pdf', 'image/png', 'application/pdf'],
    ['application/xml', 'image/svg+xml', 'application/xml'],
    ['application/x-msdownload', 'image/png', 'application/x-msdownload'],
    // Nothing is known of the bytes: only what does nothing is believed.
    [undefined, undefined, 'application/octet-stream'],
    [undefined, '', 'application/octet-stream'],
    [undefined, 'image/png', 'application/octet-stream'],
    [undefined, 'image/svg+xml', 'application/octet-stream'],
    [undefined, 'image/svg+xml; x', 'application/octet-stream'],
    [undefined, 'text/html', 'application/octet-stream'],
    [undefined, 'text/html; text/plain', 'application/octet-stream'],
    [undefined, 'application/xhtml+xml', 'application/octet-stream'],
    [undefined, 'text/javascript', 'application/octet-stream'],
    [undefined, 'text/xml', 'application/octet-stream'],
    [undefined, 'application/pdf', 'application/octet-stream'],
    [undefined, 'video/mp4', 'application/octet-stream'],
    [undefined, 'text/plain', 'text/plain'],
    [undefined, 'TEXT/Plain; charset=utf-8', 'text/plain'],
    [undefined, 'text/plain, text/html', 'application/octet-stream'],
    [undefined, 'text/csv', 'text/csv'],
    [undefined, 'text/vcard', 'text/vcard'],
    [undefined, 'text/x-vcard', 'text/x-vcard'],
    [undefined, 'text/calendar', 'text/calendar'],
    [undefined, 'application/json', 'application/json'],
    // Archives that are documents.
    ['application/zip', DOCX, DOCX],
    ['application/zip', 'application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.text'],
    ['application/zip', 'application/epub+zip', 'application/epub+zip'],
    ['application/zip', 'image/png', 'application/zip'],
    ['application/zip', 'text/html', 'application/zip'],
    ['application/zip', `${DOCX}; x=<script>`, DOCX],
    ['application/zip', `${DOCX}<script>`, 'application/zip'],
    ['application/x-cfb', 'application/msword', 'application/msword'],
    ['application/x-cfb', 'application/vnd.ms-excel', 'application/vnd.ms-excel'],
    ['application/pdf', DOCX, 'application/pdf'],
    // Sound, in what may hold pictures too; platforms and browsers say more than the type.
    ['audio/ogg; codecs=opus', 'audio/ogg; codecs=opus', 'audio/ogg'],
    ['audio/ogg; codecs=opus', 'video/ogg', 'audio/ogg'],
    ['audio/ogg', undefined, 'audio/ogg'],
    ['video/ogg', 'audio/ogg', 'audio/ogg'],
    ['video/ogg', 'video/ogg', 'video/ogg'],
    ['video/webm', 'audio/webm;codecs=opus', 'audio/webm'],
    ['video/webm', 'Audio/WebM', 'audio/webm'],
    ['video/webm', 'video/webm', 'video/webm'],
    ['video/mp4', 'audio/mp4', 'audio/mp4'],
    ['video/mp4', 'audio/aac', 'audio/mp4'],
    ['video/mp4', 'image/png', 'video/mp4'],
    ['video/3gpp', 'audio/3gpp', 'audio/3gpp'],
    ['audio/x-m4a', 'audio/x-m4a', 'audio/mp4'],
    ['video/x-m4v', 'video/mp4', 'video/mp4'],
    ['video/quicktime', 'audio/mp4', 'video/quicktime'],
  ];
  for (const [detected, claimed, type] of cases)
    it(`with bytes of ${detected ?? 'no known type'}, called ${claimed ?? 'nothing'}, is ${type}`, () => {
      expect(mimeTypeOf(detected, claimed)).to.equal(type);
    });
});

describe('the kind of a file', () => {
  const cases: readonly (readonly [type: string, claimed: FileKind | undefined, kind: FileKind])[] = [
    ['image/png', undefined, 'image'],
    ['image/png', 'image', 'image'],
    ['image/png', 'video', 'image'],
    ['image/png', 'document', 'document'],
    ['image/webp', 'sticker', 'sticker'],
    ['video/webm', 'sticker', 'sticker'],
    ['application/x-tgsticker', 'sticker', 'document'],
    ['application/octet-stream', 'sticker', 'document'],
    ['application/octet-stream', 'image', 'document'],
    ['application/xml', 'image', 'document'],
    ['video/mp4', undefined, 'video'],
    ['video/mp4', 'image', 'video'],
    ['video/mp4', 'audio', 'video'],
    ['audio/ogg', undefined, 'audio'],
    ['audio/ogg', 'video', 'audio'],
    ['audio/ogg', 'document', 'document'],
    ['text/plain', undefined, 'document'],
    ['text/plain', 'audio', 'document'],
    ['application/pdf', undefined, 'document'],
  ];
  for (const [type, claimed, kind] of cases)
    it(`of type ${type}, sent as ${claimed ?? 'a file'}, is ${kind}`, () => {
      expect(kindOf(type, claimed)).to.equal(kind);
    });
});

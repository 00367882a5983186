import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A picture of noise, which no format makes small. */
export function noise(
  width: number,
  height: number,
  format: 'jpeg' | 'png' | 'webp' = 'jpeg',
): Promise<Buffer> {
  return sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** A GIF of two frames. */
export function animation(width: number, height: number): Promise<Buffer> {
  const frames = Buffer.concat([Buffer.alloc(width * height * 3, 0), Buffer.alloc(width * height * 3, 255)]);
  return sharp(frames, { raw: { width, height: height * 2, channels: 3, pageHeight: height } })
    .gif()
    .toBuffer();
}

/** A sound PNG of few bytes that claims as many pixels as it likes. */
export function claimingPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(1024 * 1024))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}
function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** An archive of these files, as they are. */
export function zip(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const path = Buffer.from(name);
    const data = Buffer.from(text);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt32LE(crc32(data), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(data.length, 18);
    facts.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), facts, path, data);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, place, path);
    offset += 30 + path.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length / 4, 4);
  end.writeUInt16LE(directory.length / 4, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** A page of Ogg with this codec's first packet. */
function ogg(codec: string): Buffer {
  const packet = Buffer.concat([Buffer.from(codec, 'latin1'), Buffer.alloc(40)]);
  const page = Buffer.alloc(27);
  page.write('OggS', 'latin1');
  page[5] = 2;
  page[26] = 1;
  return Buffer.concat([page, Buffer.from([packet.length]), packet, randomBytes(2000)]);
}
/** The beginning of an MP4 of this brand, and noise. */
function mp4(brand: string): Buffer {
  const box = Buffer.alloc(24);
  box.writeUInt32BE(24);
  box.write(`ftyp${brand}`, 4, 'latin1');
  return Buffer.concat([box, Buffer.from('\0\0\x08\0mdat', 'latin1'), randomBytes(2000)]);
}

const webmHead = Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581', 'hex');

/** Files of no use that begin as real ones do, or are what they pretend not to be. */
export const sampleFiles = {
  voice: ogg('OpusHead'),
  music: ogg('\x01vorbis'),
  theora: ogg('\x80theora'),
  mp4: mp4('isom'),
  m4a: mp4('M4A '),
  m4v: mp4('M4V '),
  threeGp: mp4('3gp4'),
  quicktime: mp4('qt  '),
  webm: Buffer.concat([webmHead, Buffer.from([2]), randomBytes(2000)]),
  mp3: Buffer.concat([
    Buffer.from('ID3\x03\0\0\0\0\0\0', 'latin1'),
    Buffer.from([0xff, 0xfb, 0x90, 0]),
    randomBytes(2000),
  ]),
  pdf: Buffer.from(`%PDF-1.7\n${'%'.repeat(3000)}\n%%EOF`),
  zip: zip({ 'a.txt': 'hello' }),
  docx: zip({
    '[Content_Types].xml':
      '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    'word/document.xml': '<w:document/>',
  }),
  oldWord: Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4000)]),
  html: Buffer.from('<!doctype html><html><body><script>alert(1)</script></body></html>'),
  svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  svgWithProlog: Buffer.from(
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect/></svg>',
  ),
  /** The beginning of a GIF, and a program to those who read on. */
  polyglot: Buffer.from(`GIF89a/*${' '.repeat(200)}*/=1;alert(1)//<script>alert(1)</script>`, 'latin1'),
  program: Buffer.concat([Buffer.from('MZ', 'latin1'), randomBytes(3000)]),
  script: Buffer.from('#!/bin/sh\nrm -rf /\n'),
  text: Buffer.from('a,b\n1,2\n'),
  json: Buffer.from('{"a":1}'),
} as const;

import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { contentType } from '../../../core/files/content-type.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { gif, HTML, jpeg, latin, PDF, png, SVG, webp, zip } from './contents.ts';

const test = suite('content type');
const folder = temporaryFolder();

async function typeOf(content: Buffer, name = 'file'): Promise<string> {
  const place = path.join(folder, 'content');
  await writeFile(place, content);
  const file = await open(place, 'r');
  try {
    return await contentType(file, content.length, name);
  } finally {
    await file.close();
  }
}

const OOXML = 'application/vnd.openxmlformats-officedocument';
const ODF = 'application/vnd.oasis.opendocument';
const CONTENT_TYPES = { '[Content_Types].xml': '<Types/>' };
const samples: readonly (readonly [string, Buffer])[] = [
  ['image/png', png()],
  ['image/gif', gif()],
  ['image/jpeg', jpeg()],
  ['image/webp', webp('VP8 ')],
  ['image/tiff', latin('II*\0\x08\0\0\0')],
  ['image/bmp', Buffer.concat([latin('BM\0\x01\0\0\0\0\0\0'), Buffer.alloc(20)])],
  ['image/heic', latin('\0\0\0\x18ftypheic\0\0\0\0')],
  ['image/avif', latin('\0\0\0\x18ftypavif\0\0\0\0')],
  ['application/pdf', PDF],
  ['application/zip', zip({ 'a.txt': 'a', 'word/x': 'not a document without [Content_Types].xml' })],
  ['application/zip', latin(`PK\x05\x06${'\0'.repeat(18)}`)],
  ['application/gzip', latin('\x1f\x8b\x08\0\0\0\0\0')],
  [`${OOXML}.wordprocessingml.document`, zip({ ...CONTENT_TYPES, 'word/document.xml': '<w/>' })],
  [`${OOXML}.spreadsheetml.sheet`, zip({ ...CONTENT_TYPES, 'xl/workbook.xml': '<x/>' })],
  [`${OOXML}.presentationml.presentation`, zip({ ...CONTENT_TYPES, 'ppt/presentation.xml': '<p/>' })],
  [`${ODF}.text`, zip({ mimetype: `${ODF}.text`, 'content.xml': '<o/>' }, false)],
  [`${ODF}.spreadsheet`, zip({ mimetype: `${ODF}.spreadsheet` }, false)],
  ['application/epub+zip', zip({ mimetype: 'application/epub+zip' }, false)],
  ['application/vnd.ms-office', latin('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0')],
  ['application/rtf', latin('{\\rtf1\\ansi}')],
  ['audio/mpeg', latin(`ID3\x03\0\0\0\0\x7f\x7f${'\0'.repeat(64)}`)],
  ['audio/mpeg', latin('\xff\xfb\x90\x44\0\0')],
  ['audio/mp4', latin('\0\0\0\x18ftypM4A \0\0\0\0')],
  ['audio/wav', latin('RIFF\0\0\0\0WAVEfmt ')],
  ['audio/ogg', latin(`OggS\0\x02${'\0'.repeat(22)}OpusHead`)],
  ['audio/ogg', latin(`OggS\0\x02${'\0'.repeat(22)}\x01vorbis\0`)],
  ['video/mp4', latin('\0\0\0\x18ftypisom\0\0\0\0')],
  ['video/quicktime', latin('\0\0\0\x18ftypqt  \0\0\0\0')],
  ['video/webm', latin('\x1aE\xdf\xa3\x87B\x82\x84webm')],
  ['image/png', Buffer.concat([png(), latin('\0\0\0\0\0\0\0\x08acTL')])],
  ['image/heic', latin('\0\0\0\x18ftypmif1\0\0\0\0mif1heic')],
  ['image/tiff', latin(`MM\0*\0\x0f\xff\xff${'\0'.repeat(5_000)}`)],
  ['text/plain', Buffer.from('Grüße, 你好 🦆\r\n\tand more')],
  ['text/html', HTML],
  ['image/svg+xml', SVG],
  ['application/xml', Buffer.from('<?xml version="1.0"?><invoice/>')],
];

for (const [type, content] of samples) {
  test(`${type}: detected from ${JSON.stringify(content.toString('latin1', 0, 12))}, regardless of the file name`, async () => {
    for (const name of ['file', 'page.html', 'picture.png', 'script.js', 'data.csv.exe']) {
      assert.is(await typeOf(content, name), type, name);
    }
  });
}

test('the file extension refines only the type of text', async () => {
  const text = Buffer.from('a,b\n1,2\n');
  assert.is(await typeOf(text, 'list.CSV'), 'text/csv');
  for (const name of ['list.constructor', 'list.__proto__', '__proto__'])
    assert.is(await typeOf(text, name), 'text/plain', name);
  assert.is(await typeOf(text, 'list.json'), 'application/json');
  assert.is(await typeOf(text, 'list.pdf'), 'text/plain');
  assert.is(await typeOf(HTML, 'list.csv'), 'text/html');
  assert.is(await typeOf(PDF, 'list.csv'), 'application/pdf');
});

test('text that begins like another format is text', async () => {
  for (const text of [
    'BMW is a car',
    'ID3 is how a decision tree is grown',
    'OggS and more',
    'GIF89a is a format',
    'MZ',
  ]) {
    assert.is(await typeOf(Buffer.from(text), 'notes.txt'), 'text/plain', text);
  }
});

test('HTML with the extension of an image is HTML', async () => {
  const pages = [
    '<!DOCTYPE HTML><p>x',
    ' \n\t<html><body>x',
    '\ufeff<script>alert(1)</script>',
    '<!-- x --><html>',
    '<iframe src=x>',
    '<body onload=alert(1)>',
    '<img src=x onerror=alert(1)>',
  ];
  for (const page of pages) assert.is(await typeOf(Buffer.from(page), 'a.png'), 'text/html', page);
});

test('an SVG is recognised after an XML declaration, comments and a document type', async () => {
  for (const before of [
    '',
    '<?xml version="1.0"?>',
    '<!-- x -->\n',
    '<?xml version="1.0"?><!-- x --><!DOCTYPE svg PUBLIC "x">\n',
  ]) {
    assert.is(await typeOf(Buffer.from(`${before}<svg xmlns="http://www.w3.org/2000/svg"/>`)), 'image/svg+xml', before);
  }
});

test('a document with macros does not get an Office type', async () => {
  const withMacros = zip({ ...CONTENT_TYPES, 'word/document.xml': '<w/>', 'word/vbaProject.bin': 'x' });
  assert.is(await typeOf(withMacros, 'letter.docx'), 'application/octet-stream');
});

test('an archive with a corrupt directory is an archive, and is not unpacked', async () => {
  const archive = zip({ ...CONTENT_TYPES, 'word/document.xml': '<w/>' });
  const end = archive.length - 22;
  for (const [at, value] of [
    [end + 12, 0xffffffff],
    [end + 16, 0xffffffff],
    [end + 12, 3],
  ] as const) {
    const broken = Buffer.from(archive);
    broken.writeUInt32LE(value, at);
    assert.is(await typeOf(broken), 'application/zip');
  }
  assert.is(await typeOf(archive.subarray(0, archive.length - 5)), 'application/zip');
});

test('truncated signatures and unknown formats are application/octet-stream', async () => {
  const unknown = [
    '\x89PNG',
    '\xff\xd8',
    'MZ\x90\0\x03',
    '\x7fELF\x02\x01',
    '\xca\xfe\xba\xbe\0\0',
    'a\0b',
    'GIF88a\x01',
    '\xc3\x28 broken UTF-8',
  ];
  for (const content of unknown) assert.is(await typeOf(latin(content)), 'application/octet-stream', content);
});

test('text is checked completely', async () => {
  const long = Buffer.from('a line of text\n'.repeat(20_000));
  assert.is(await typeOf(long), 'text/plain');
  assert.is(await typeOf(Buffer.concat([long, Buffer.from([0])])), 'application/octet-stream');
  assert.is(await typeOf(Buffer.concat([long, Buffer.from([0xe2, 0x82])])), 'application/octet-stream');
  // A character that two reads share.
  assert.is(await typeOf(Buffer.from(`${'x'.repeat(65_535)}ü`)), 'text/plain');
});

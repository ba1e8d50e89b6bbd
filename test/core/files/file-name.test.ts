import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { cleanFileName, nameForType } from '../../../core/files/file-name.ts';
import { suite } from '../../support/suite.ts';

const test = suite('file names');

const cleaned: readonly (readonly [string, string])[] = [
  ['Bill of May.pdf', 'Bill of May.pdf'],
  ['../../../etc/passwd', 'passwd'],
  ['..\\..\\windows\\win.ini', 'win.ini'],
  ['C:\\Users\\me\\bill.pdf', 'bill.pdf'],
  ['/', 'file'],
  ['..', 'file'],
  ['', 'file'],
  ['.htaccess', 'htaccess'],
  [' bill.pdf. ', 'bill.pdf'],
  ['a\0b\r\nSet-Cookie: x\tc.pdf', 'abSet-Cookie: xc.pdf'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['\u2066x\u2069\u200f.txt', 'x.txt'],
  ['cafe\u0301.txt', 'café.txt'],
  ['half \ud800.txt', 'half .txt'],
  ['<script>.png', '<script>.png'],
];
for (const [sent, name] of cleaned) {
  test(`${JSON.stringify(sent)} becomes ${JSON.stringify(name)}`, () => {
    assert.is(cleanFileName(sent), name);
  });
}

test('a long name is truncated in the middle and keeps its extension', () => {
  const name = cleanFileName(`${'🦆'.repeat(300)}.pdf`);
  assert.is([...name].length, 200);
  assert.ok(name.endsWith('🦆….pdf'));
});

test('any name is converted to one that can be stored and is not a path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (sent) => {
      const name = cleanFileName(sent);
      assert.ok(name.isWellFormed());
      assert.ok([...name].length >= 1 && [...name].length <= 200);
      assert.not.match(name, /[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      assert.ok(name !== '.' && name !== '..');
    }),
  );
});

test('a wrong extension is replaced by that of the content', () => {
  assert.is(nameForType('photo.html', 'image/png'), 'photo.html.png');
  assert.is(nameForType('photo', 'image/jpeg'), 'photo.jpg');
  assert.is(nameForType('photo.JPEG', 'image/jpeg'), 'photo.JPEG');
  assert.is(nameForType('run.exe', 'application/pdf'), 'run.exe.pdf');
  assert.is(nameForType('notes.ini', 'text/plain'), 'notes.ini');
  assert.is(nameForType('run.exe', 'application/octet-stream'), 'run.exe');
  assert.is([...nameForType(`${'x'.repeat(196)}.exe`, 'application/pdf')].length, 200);
});

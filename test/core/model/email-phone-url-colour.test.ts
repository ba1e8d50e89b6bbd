// The field types email, phone, url and colour, and which of their values become links.

import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { cellFor } from '../../../core/view/cells.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, formatter, issueKey, parse } from './field-of.ts';

const test = suite('email, phone, url, colour');
const email = fieldOf(field.email());
const phone = fieldOf(field.phone());
const url = fieldOf(field.url());
const colour = fieldOf(field.colour());

test('an email address is normalised to NFC, with the domain in lower case and the local part as entered', () => {
  assert.is(parse(email, '  Ada.Lovelace@Example.ORG '), 'Ada.Lovelace@example.org');
  assert.is(parse(email, 'zoe\u0308@example.org'), 'zo\u00eb@example.org');
  assert.is(parse(email, 'ops@localhost'), 'ops@localhost');
  assert.is(email.type.encode('A@B.DE'), 'A@b.de', 'from code, too');
});

test('text that only resembles an email address is rejected', () => {
  const none = ['ada', '@b.de', 'a@', 'a@b@c.de', 'a b@c.de', 'a@b..de', 'a@-b.de', 'a@b-.de', '.a@b.de', 'a.@b.de'];
  const smuggled = ['"a"@b.de', 'a@b.de,c@d.de', 'Ada <a@b.de>', 'a@b.de\nBcc: c@d.de', 'a@b.de\0', 'a@[127.0.0.1]'];
  for (const text of [...none, ...smuggled]) assert.is(issueKey(email, text), 'problem.email', JSON.stringify(text));
  assert.is(issueKey(email, `${'a'.repeat(250)}@b.de`), 'problem.tooLong');
});

test('an address in an unmanaged table cannot add anything to a mailto link', () => {
  assert.is(cellFor(email, formatter)('a@b.de', {}), '<a href="mailto:a@b.de">a@b.de</a>');
  assert.is(
    cellFor(email, formatter)("o'x?cc=c@d.de", {}),
    '<a href="mailto:o&#39;x%3Fcc%3Dc@d.de">o&#39;x?cc=c@d.de</a>',
  );
  assert.is(cellFor(email, formatter)('a@b.de,c@d.de', {}), 'a@b.de,c@d.de');
});

test('a phone number is stored as the same text however it was entered', () => {
  for (const typed of ['+49 30 123456', '0049 (0)30 123-456', '+49 (30) 12.34.56', '+49\u00a030\u00a0123456']) {
    assert.is(parse(phone, typed), '+4930123456');
  }
  assert.is(phone.type.encode('+1 404 555-0123'), '+14045550123', 'from code, too');
  assert.is(cellFor(phone, formatter)('+4930123456', {}), '<a href="tel:+4930123456" dir="ltr">+4930123456</a>');
});

test('a phone number without a country code, with letters or of the wrong length is rejected', () => {
  for (const typed of [
    '030 123456',
    '1234567',
    '+49 CALL ME',
    '+012345678',
    '+123456',
    '+1234567890123456',
    '+',
    '+49;1',
  ]) {
    assert.is(issueKey(phone, typed), 'problem.phone', typed);
  }
});

test('only http and https addresses without a password become links', () => {
  const cell = cellFor(url, formatter);
  assert.is(parse(url, ' https://example.org/a?b=c#d '), 'https://example.org/a?b=c#d');
  assert.is(
    cell('https://example.org/?a&b', {}),
    '<a href="https://example.org/?a&amp;b" rel="noopener noreferrer">https://example.org/?a&amp;b</a>',
  );
  const rejected = [
    'javascript:alert(1)',
    'JaVaScRiPt://example.org/%0aalert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '//example.org',
    'example.org',
    'http:example.org',
    'https:\\\\example.org',
    'https://good.example\\@evil.example',
    'https://a b',
    'https://',
    'https://exa\0mple.org',
  ];
  for (const text of rejected) {
    assert.is.not(issueKey(url, text), 'accepted', text);
    assert.not.match(cell(text, {}), '<a', text);
  }
  assert.is(issueKey(url, 'https://ada:secret@example.org'), 'problem.urlPassword');
  assert.is(issueKey(url, 'https://ada@example.org'), 'problem.urlPassword');
});

test('no field type renders a link inside another link', () => {
  const bare = { ...formatter, bare: true };
  for (const [info, dbValue] of [
    [email, 'a@b.de'],
    [phone, '+4930123456'],
    [url, 'https://example.org'],
  ] as const) {
    assert.match(cellFor(info, formatter)(dbValue, {}), '<a ');
    assert.is(cellFor(info, bare)(dbValue, {}), dbValue);
  }
});

test('a colour has six digits and is shown as a swatch without inline style', () => {
  assert.is(parse(colour, ' #0D9488 '), '#0d9488');
  assert.is(parse(colour, '#AbC'), '#aabbcc');
  for (const text of ['red', '0d9488', '#0d948', '#0d94880', '#12345g'])
    assert.is(issueKey(colour, text), 'problem.colour');
  const html = cellFor(colour, formatter)('#0d9488', {});
  assert.match(html, '<rect width="16" height="16" fill="#0d9488">');
  assert.not.match(html, 'style');
  assert.is(cellFor(colour, formatter)('url(#x)"><script>', {}), 'url(#x)&quot;&gt;&lt;script&gt;');
});

// Kinds whose values are addresses, and what becomes a link.

import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, parsed, refusal, show } from './field-of.ts';

const test = suite('email, phone, url, colour');
const email = fieldOf(field.email());
const phone = fieldOf(field.phone());
const url = fieldOf(field.url());
const colour = fieldOf(field.colour());

test('an e-mail address is composed, its domain in small letters, its name as typed', () => {
  assert.is(parsed(email, '  Ada.Lovelace@Example.ORG '), 'Ada.Lovelace@example.org');
  assert.is(parsed(email, 'zoe\u0308@example.org'), 'zo\u00eb@example.org');
  assert.is(parsed(email, 'ops@localhost'), 'ops@localhost');
  assert.is(email.spec.encode('A@B.DE'), 'A@b.de', 'from code, too');
});

test('what only looks like an e-mail address is none', () => {
  const none = ['ada', '@b.de', 'a@', 'a@b@c.de', 'a b@c.de', 'a@b..de', 'a@-b.de', 'a@b-.de', '.a@b.de', 'a.@b.de'];
  const smuggled = ['"a"@b.de', 'a@b.de,c@d.de', 'Ada <a@b.de>', 'a@b.de\nBcc: c@d.de', 'a@b.de\0', 'a@[127.0.0.1]'];
  for (const text of [...none, ...smuggled]) assert.is(refusal(email, text), 'problem.email', JSON.stringify(text));
  assert.is(refusal(email, `${'a'.repeat(250)}@b.de`), 'problem.tooLong');
});

test('an address in a table that others keep adds nothing to the mail', () => {
  assert.is(email.spec.cell(email, show)('a@b.de', {}), '<a href="mailto:a@b.de">a@b.de</a>');
  assert.is(
    email.spec.cell(email, show)("o'x?cc=c@d.de", {}),
    '<a href="mailto:o&#39;x%3Fcc%3Dc@d.de">o&#39;x?cc=c@d.de</a>',
  );
  assert.is(email.spec.cell(email, show)('a@b.de,c@d.de', {}), 'a@b.de,c@d.de');
});

test('one telephone number is one text, however it was typed', () => {
  for (const typed of ['+49 30 123456', '0049 (0)30 123-456', '+49 (30) 12.34.56', '+49\u00a030\u00a0123456']) {
    assert.is(parsed(phone, typed), '+4930123456');
  }
  assert.is(phone.spec.encode('+1 404 555-0123'), '+14045550123', 'from code, too');
  assert.is(phone.spec.cell(phone, show)('+4930123456', {}), '<a href="tel:+4930123456" dir="ltr">+4930123456</a>');
});

test('a number without its country, with letters or of another length is refused', () => {
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
    assert.is(refusal(phone, typed), 'problem.phone', typed);
  }
});

test('only addresses of the web become links, and none with a password in it', () => {
  const cell = url.spec.cell(url, show);
  assert.is(parsed(url, ' https://example.org/a?b=c#d '), 'https://example.org/a?b=c#d');
  assert.is(
    cell('https://example.org/?a&b', {}),
    '<a href="https://example.org/?a&amp;b" rel="noopener noreferrer">https://example.org/?a&amp;b</a>',
  );
  const refused = [
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
  for (const text of refused) {
    assert.is.not(refusal(url, text), 'accepted', text);
    assert.not.match(cell(text, {}), '<a', text);
  }
  assert.is(refusal(url, 'https://ada:secret@example.org'), 'problem.urlPassword');
  assert.is(refusal(url, 'https://ada@example.org'), 'problem.urlPassword');
});

test('inside a link no kind makes another one', () => {
  const bare = { ...show, bare: true };
  for (const [info, wire] of [
    [email, 'a@b.de'],
    [phone, '+4930123456'],
    [url, 'https://example.org'],
  ] as const) {
    assert.match(info.spec.cell(info, show)(wire, {}), '<a ');
    assert.is(info.spec.cell(info, bare)(wire, {}), wire);
  }
});

test('a colour is six digits, shown as a swatch that needs no style', () => {
  assert.is(parsed(colour, ' #0D9488 '), '#0d9488');
  assert.is(parsed(colour, '#AbC'), '#aabbcc');
  for (const text of ['red', '0d9488', '#0d948', '#0d94880', '#12345g'])
    assert.is(refusal(colour, text), 'problem.colour');
  const html = colour.spec.cell(colour, show)('#0d9488', {});
  assert.match(html, '<rect width="16" height="16" fill="#0d9488">');
  assert.not.match(html, 'style');
  assert.is(colour.spec.cell(colour, show)('url(#x)"><script>', {}), 'url(#x)&quot;&gt;&lt;script&gt;');
});

// Pure functions: where users go after signing in, and the names of their devices.
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { nextPath } from '../../../plugins/sessions/complete-sign-in.ts';
import { parseUserAgent } from '../../../plugins/sessions/own-sessions.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: return paths and devices');

test('pages under the mount path are accepted, with their query', () => {
  for (const requested of [
    '/admin',
    '/admin/strikes?sort=-date&f.state=open',
    '/admin/airports/ATL/+edit',
    '/admin?x=1',
    '/admin/a#b',
  ])
    assert.is(nextPath(requested, '/admin'), requested);
  assert.is(nextPath('/strikes', '/'), '/strikes');
  assert.is(nextPath('/admin/strikes?q=a%20b%C3%A9', '/admin'), '/admin/strikes?q=a%20b%C3%A9');
});

test('attack: no other host, no path outside the mount path, no loop', () => {
  const hostile = [
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/admin/../../evil',
    '/admin/..',
    '/admin/.. ',
    '/admin/..\u00a0',
    '/admin/./x',
    '/admin//evil.example',
    '/adminevil',
    '/admin.evil.example',
    '/admin@evil.example',
    ' /admin',
    '/admin\n//evil.example',
    '/admin/\t/evil',
    '/admin/%2e%2e/evil',
    '/admin/%2F/evil',
    '/admin/%5cevil',
    '/admin/%0d%0aSet-Cookie:x',
    '/admin\u0000',
    '/admin/\u202eevil',
    'javascript:alert(1)',
    '/other',
    `/admin/${'a'.repeat(3_000)}`,
    '/admin/login',
    '/admin/login?next=/admin/login',
    '/admin/logout',
    '/admin/reauth',
  ];
  for (const requested of hostile) assert.is(nextPath(requested, '/admin'), '/admin', requested);
  assert.is(nextPath('//evil.example', '/'), '/');
  assert.is(nextPath(undefined, '/admin'), '/admin');
});

test('attack: for any requested path, the browser stays on this host and under the mount path', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '/',
      '//',
      '\\',
      '..',
      '.',
      '%2f',
      '%5C',
      '%2e',
      '@',
      ':',
      '?',
      '#',
      'admin',
      'evil.example',
      '\t',
      '\n',
      ' ',
    ),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.boolean(), (parts, prefixed) => {
      const url = new URL(nextPath((prefixed ? '/admin' : '') + parts.join(''), '/admin'), 'https://desk.example');
      assert.is(url.origin, 'https://desk.example');
      assert.match(url.pathname, /^\/admin(\/|$)/);
    }),
    { numRuns: 2_000 },
  );
});

test('devices have their common names; unknown ones remain unknown', () => {
  const chrome =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36';
  assert.equal(parseUserAgent(chrome), { browser: 'Chrome', system: 'Windows' });
  assert.equal(parseUserAgent(`${chrome} Edg/149.0`), { browser: 'Edge', system: 'Windows' });
  assert.equal(parseUserAgent('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'), {
    browser: 'Firefox',
    system: 'Linux',
  });
  assert.equal(
    parseUserAgent('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1'),
    {
      browser: 'Safari',
      system: 'iPhone',
    },
  );
  assert.equal(parseUserAgent('Mozilla/5.0 (Linux; Android 16) Chrome/149.0 Mobile Safari/537.36'), {
    browser: 'Chrome',
    system: 'Android',
  });
  assert.equal(parseUserAgent('<script>'), {});
  assert.equal(parseUserAgent(null), {});
});

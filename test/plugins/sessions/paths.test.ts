// Pure functions: where users go after signing in, and the names of their devices.
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { nextPath } from '../../../plugins/sessions/complete-sign-in.ts';
import { deviceName } from '../../../plugins/sessions/device-name.ts';
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

const MOZILLA = 'Mozilla/5.0';
const KHTML = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const WINDOWS = `${MOZILLA} (Windows NT 10.0; Win64; x64) ${KHTML}`;
const PHONE = `${MOZILLA} (Linux; Android 10; K) ${KHTML}`;
const MAC = `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)`;
const IPHONE = `${MOZILLA} (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)`;
const IPAD = `${MOZILLA} (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)`;
const DEVICES: readonly (readonly [userAgent: string, browser: string | undefined, system: string | undefined])[] = [
  [`${WINDOWS} Chrome/149.0.0.0 Safari/537.36`, 'Chrome', 'Windows'],
  [`${WINDOWS} Chrome/149.0.0.0 Safari/537.36 Edg/149.0.0.0`, 'Edge', 'Windows'],
  [`${WINDOWS} Chrome/149.0.0.0 Safari/537.36 OPR/124.0.0.0`, 'Opera', 'Windows'],
  [`${WINDOWS} Chrome/149.0.0.0 Safari/537.36 Vivaldi/7.9`, 'Vivaldi', 'Windows'],
  [`${WINDOWS} Chrome/148.0.0.0 YaBrowser/26.10.0.0 Safari/537.36`, 'Yandex Browser', 'Windows'],
  [`${WINDOWS} HeadlessChrome/149.0.0.0 Safari/537.36`, 'Headless Chrome', 'Windows'],
  [`${WINDOWS} desk/1.0 Chrome/148.0.0.0 Electron/41.0.0 Safari/537.36`, 'Electron', 'Windows'],
  [`${MOZILLA} (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko`, 'Internet Explorer', 'Windows'],
  [`${MOZILLA} (Windows NT 10.0; Win64; x64; rv:152.0) Gecko/20100101 Firefox/152.0`, 'Firefox', 'Windows'],
  [`${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox', 'Linux'],
  [`${MOZILLA} (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox', 'Ubuntu'],
  [`${MOZILLA} (X11; FreeBSD amd64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox', 'FreeBSD'],
  [`${MOZILLA} (X11; CrOS x86_64 14541.0.0) ${KHTML} Chrome/149.0.0.0 Safari/537.36`, 'Chrome', 'ChromeOS'],
  [`${MAC} Version/26.1 Safari/605.1.15`, 'Safari', 'macOS'],
  [`${MAC} Version/26.1 Safari/605.1.15 Ddg/26.1`, 'DuckDuckGo', 'macOS'],
  [`${IPHONE} Version/26.1 Mobile/15E148 Safari/604.1`, 'Safari', 'iPhone'],
  [`${IPHONE} CriOS/149.0.0.0 Mobile/15E148 Safari/604.1`, 'Chrome', 'iPhone'],
  [`${IPHONE} FxiOS/152.0 Mobile/15E148 Safari/605.1.15`, 'Firefox', 'iPhone'],
  [`${IPHONE} Version/26.0 EdgiOS/149.0.0.0 Mobile/15E148 Safari/605.1.15`, 'Edge', 'iPhone'],
  [`${IPAD} Version/26.1 Mobile/15E148 Safari/604.1`, 'Safari', 'iPad'],
  [`${PHONE} Chrome/149.0.0.0 Mobile Safari/537.36`, 'Chrome', 'Android'],
  [`${PHONE} Chrome/149.0.0.0 Mobile Safari/537.36 EdgA/149.0.0.0`, 'Edge', 'Android'],
  [`${PHONE} SamsungBrowser/30.0 Chrome/136.0.0.0 Mobile Safari/537.36`, 'Samsung Internet', 'Android'],
  [
    `${MOZILLA} (Linux; Android 16; Pixel 9; wv) ${KHTML} Version/4.0 Chrome/149.0 Mobile Safari/537.36`,
    'Android WebView',
    'Android',
  ],
  [`${MOZILLA} (Android 16; Mobile; rv:152.0) Gecko/152.0 Firefox/152.0`, 'Firefox', 'Android'],
  [
    `${MOZILLA} (Phone; OpenHarmony 5.0) ${KHTML} Chrome/132.0.0.0 Safari/537.36 HuaweiBrowser/5.1`,
    'Huawei Browser',
    'HarmonyOS',
  ],
  ['curl/8.17.0', 'curl', undefined],
  ['node', 'Node.js', undefined],
  ['<script>', undefined, undefined],
];

test('devices have the names of their browsers and systems; unknown ones remain unknown', () => {
  for (const [userAgent, browser, system] of DEVICES) {
    const name = deviceName(userAgent);
    assert.equal([name.browser, name.system], [browser, system], userAgent);
  }
  assert.equal(deviceName(null), {});
});

test('attack: a long User-Agent takes no time', () => {
  const began = process.cpuUsage();
  for (const part of ['Version/', '; wv) ', 'a', 'Chrome ']) deviceName(part.repeat(400).slice(0, 400));
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < 200_000, `${user + system} µs`);
});

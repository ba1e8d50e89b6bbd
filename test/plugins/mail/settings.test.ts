// SMTP_URL and MAIL_FROM, `rustio-admin mail test`, and what `doctor` reports.
import * as assert from 'uvu/assert';
import { declaredVariables } from '../../../cli/declared-variables.ts';
import { parseSender } from '../../../plugins/mail/address.ts';
import { mail } from '../../../plugins/mail/index.ts';
import { parseSmtpUrl } from '../../../plugins/mail/smtp-server.ts';
import { type TestApp, type TestAppOptions, testApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { mailApp, runJobs, send, variables } from './mail-app.ts';
import { mailServer, rawServer } from './mail-server.ts';

const test = suite('mail: settings');

test('SMTP_URL decides how the connection is encrypted', () => {
  const read = (url: string) => {
    const { host, port, encryption, user, password } = parseSmtpUrl(url) ?? {};
    return [host, port, encryption, user, password];
  };
  assert.equal(read('smtps://u%40x:p%2F%3A@smtp.example.org'), ['smtp.example.org', 465, 'tls', 'u@x', 'p/:']);
  assert.equal(read('smtp://smtp.example.org'), ['smtp.example.org', 587, 'starttls', undefined, undefined]);
  assert.equal(read('smtp://localhost:1025'), ['localhost', 1025, 'none', undefined, undefined]);
  for (const [host, encryption] of [
    ['127.0.0.1', 'none'],
    ['127.8.9.10', 'none'],
    ['[::1]', 'none'],
    ['LOCALHOST', 'none'],
    ['localhost.example.org', 'starttls'],
    ['127.0.0.1.example.org', 'starttls'],
    ['[::ffff:127.0.0.1]', 'starttls'],
    ['10.0.0.1', 'starttls'],
  ] as const)
    assert.is(parseSmtpUrl(`smtp://${host}`)?.encryption, encryption, host);
});

test('SMTP_URL accepts no options, which could disable the verification', () => {
  for (const url of [
    'smtp.example.org',
    'https://smtp.example.org',
    'smtps://',
    'smtps://smtp.example.org/path',
    'smtps://smtp.example.org?tls.rejectUnauthorized=false',
    'smtps://smtp.example.org/?ignoreTLS=true',
    'smtps://smtp.example.org#x',
    'smtps://u:%E0@smtp.example.org',
    'smtps://:p@smtp.example.org',
  ])
    assert.is(parseSmtpUrl(url), undefined, url);
});

test('MAIL_FROM is one address, with or without a name', () => {
  assert.equal(parseSender('desk@example.org'), { name: '', address: 'desk@example.org' });
  assert.equal(parseSender('Night desk <desk@example.org>'), { name: 'Night desk', address: 'desk@example.org' });
  assert.equal(parseSender('"Night desk" <desk@example.org>'), { name: 'Night desk', address: 'desk@example.org' });
  for (const text of [
    '',
    'desk',
    'Desk <desk>',
    'a@x.org, b@x.org',
    'A <a@x.org>, B <b@x.org>',
    'A\nB <a@x.org>',
    'A, B <a@x.org>',
  ])
    assert.is(parseSender(text), undefined, text);
});

test('the variables are described in the help, in development and in production', () => {
  for (const production of [false, true]) {
    const variables = declaredVariables([mail], { production });
    assert.equal(
      variables.map(({ name, required }) => [name, required]),
      [
        ['SMTP_URL', production],
        ['MAIL_FROM', production],
      ],
    );
    for (const { description } of variables) assert.match(description ?? '', /^The (mail server|sender)/);
  }
});

async function problems(options: TestAppOptions): Promise<readonly string[]> {
  return (await rustioFailureOf(testApp({}, options))).details;
}

test('missing and invalid settings are reported at startup, without their values', async () => {
  const production = { environment: { production: true, publicUrl: 'https://desk.example.org' } };
  const missing = await problems(production);
  assert.match(missing.join('\n'), /SMTP_URL[\s\S]*MAIL_FROM/);
  const invalid = await problems({ variables: { SMTP_URL: 'smtp://u:secret@host/path', MAIL_FROM: 'nobody' } });
  assert.match(invalid.join('\n'), /SMTP_URL: It must be a URL[\s\S]*MAIL_FROM: It must be an address/);
  assert.not.match(invalid.join('\n'), /secret|nobody/);
  assert.match(
    (await problems({ variables: { SMTP_URL: 'smtp://localhost' } })).join('\n'),
    'MAIL_FROM: It is required',
  );
  assert.match((await problems({ environment: { secretKeys: [] } })).join('\n'), 'RUSTIO_SECRET_KEYS: It is required');
});

/** The error of `rustio-admin mail test`. */
async function rejection(app: TestApp, address = 'ana@example.org') {
  const { code, parts, exitCode } = await rustioFailureOf(app.command('mail test', { address }));
  return { code, why: parts.why, fix: parts.fix, exitCode };
}

async function withMailApp(url: string, work: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await mailApp(variables(0, url));
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

test('mail test sends an email at once, and doctor connects', async () => {
  const server = await mailServer();
  await withMailApp(`smtp://127.0.0.1:${server.port}`, async (app) => {
    const [line] = await app.command('mail test', { address: 'ana@example.org' });
    assert.is(line, `127.0.0.1:${server.port} accepted the email to ana@example.org, from desk@example.org.`);
    assert.is(server.received[0]?.headers.get('subject'), 'Test email from Night desk');
    assert.match(server.received[0]?.text ?? '', `${app.app.urls.publicOrigin}/admin`);
    assert.is((await app.check('mail-server')).status, 'ok');
    assert.is(server.received.length, 1);
    const invalid = await rejection(app, 'ana@example.org, eve@example.org');
    assert.equal([invalid.code, invalid.exitCode], ['RIO-MAIL-ADDRESS', 2]);
  });
  await server.close();
});

test('mail test and doctor explain failures', async () => {
  const closed = await rawServer(() => {});
  closed.close();
  const http = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const busy = await rawServer((socket) => socket.end('421 4.3.2 Too many connections\r\n'));
  const refusing = await rawServer((socket) => {
    socket.write('220 ready\r\n');
    socket.on('data', () => socket.write('554 5.7.1 Your network is blocked\r\n'));
  });
  const rejecting = await mailServer({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('No such user'), { responseCode: 550 })),
  });
  const cases = [
    ['smtp://mail.invalid', 'The host name mail.invalid could not be resolved.', 'failed'],
    [`smtp://127.0.0.1:${closed.port}`, `127.0.0.1:${closed.port} refused the connection.`, 'failed'],
    [
      `smtp://127.0.0.1:${http.port}`,
      `127.0.0.1:${http.port} did not respond like a mail server. The server responded: HTTP/1.1 400 Bad Request`,
      'failed',
    ],
    [
      `smtp://127.0.0.1:${busy.port}`,
      `127.0.0.1:${busy.port} does not accept connections from here. The server responded: 421 4.3.2 Too many connections`,
      'failed',
    ],
    [
      `smtp://127.0.0.1:${refusing.port}`,
      `127.0.0.1:${refusing.port} does not accept connections from here. The server responded: 554 5.7.1 Your network is blocked`,
      'failed',
    ],
    [
      `smtp://127.0.0.1:${rejecting.port}`,
      `127.0.0.1:${rejecting.port} rejected the recipient. The server responded: 550 No such user`,
      'ok',
    ],
  ] as const;
  for (const [url, reason, status] of cases)
    await withMailApp(url, async (app) => {
      assert.equal(await rejection(app).then(({ code, why }) => [code, why]), ['RIO-MAIL-NOT-SENT', reason]);
      const check = await app.check('mail-server');
      assert.equal(
        [check.status, check.message],
        [status, status === 'ok' ? check.message : `Emails cannot be sent: ${reason}`],
      );
    });
  for (const each of [http, busy, refusing]) each.close();
  await rejecting.close();
});

test('without a server, mail test reports this, and doctor refers to the mailbox', async () => {
  const app = await mailApp();
  assert.equal(await rejection(app).then(({ code, exitCode }) => [code, exitCode]), ['RIO-MAIL-NO-SERVER', 2]);
  assert.match((await app.check('mail-server')).message, '/admin/dev/mail');
  await app.close();
});

test('doctor warns about emails that failed or have been waiting too long', async () => {
  const server = await mailServer({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('No such user'), { responseCode: 550 })),
  });
  await withMailApp(`smtp://127.0.0.1:${server.port}`, async (app) => {
    assert.is((await app.check('mail-delivery')).status, 'ok');
    await send(app);
    await runJobs(app);
    const check = await app.check('mail-delivery');
    assert.equal([check.status, check.message], ['warning', '1 email failed in the last 7 days.']);
  });
  await server.close();
});

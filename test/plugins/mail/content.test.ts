// What can be in an email, and how it is stored until it is sent.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import type { MailMessage } from '../../../plugins/mail/public.ts';
import type { TestApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { countMails, mailApp, runJobs, send, storedMail, variables } from './mail-app.ts';
import { type MailServer, mailServer } from './mail-server.ts';

const test = suite('mail: content');
let server: MailServer;
let desk: TestApp;

test.before(async () => {
  server = await mailServer();
  desk = await mailApp(variables(server.port));
});
test.after(async () => {
  await desk.close();
  await server.close();
});

const injection: readonly (readonly [what: string, message: Partial<MailMessage>])[] = [
  ...[
    'ana@example.org\r\nBcc: eve@example.org',
    'ana@example.org\nBcc: eve@example.org',
    'ana@example.org\0',
    'ana@example.org, eve@example.org',
    'ana@example.org; eve@example.org',
    'Ana <ana@example.org>',
    'ana@eve@example.org',
    '"ana eve"@example.org',
    ' ana@example.org',
    'ana@example.org\u2028',
    '',
    `${'a'.repeat(250)}@example.org`,
  ].flatMap((address): (readonly [string, Partial<MailMessage>])[] => [
    [`recipient ${JSON.stringify(address).slice(0, 50)}`, { to: address }],
    [`reply address ${JSON.stringify(address).slice(0, 50)}`, { replyTo: address }],
  ]),
  ...['en\r\nBcc: eve@example.org', 'en gb', '', '<en>'].map(
    (locale) => [`language ${JSON.stringify(locale)}`, { locale }] as const,
  ),
  ...['Ana\r\nBcc: eve@example.org', 'Ana\nX', 'Ana\rX', 'Ana\0', 'Ana\u2028X', 'Ana\u0085X', 'a'.repeat(300)].map(
    (name) => [`subject ${JSON.stringify(name).slice(0, 50)}`, { data: { name, path: '/' } }] as const,
  ),
];

for (const [what, message] of injection)
  test(`rejected before anything is stored: ${what}`, async () => {
    const mails = await countMails(desk);
    const error = await rustioFailureOf(send(desk, message));
    assert.is(error.code, 'RIO-MAIL-INVALID');
    assert.not.match(error.message, 'eve@');
    assert.is(await countMails(desk), mails);
  });

test('a notice that cannot be created does not prevent the change', async () => {
  const mails = await countMails(desk);
  const greeting = { view: 'notices/greeting', data: { name: 'Ana', path: '/' } };
  const foreign = { to: 'ana@example.org', view: 'notices/link', data: { url: 'https://evil.example' } };
  const notify = (message: MailMessage) =>
    desk.app.database.transaction(async (tx) => {
      await desk.app.service('mail').sendNotice(tx, commandAuditContext(), message);
      return 'committed';
    });
  for (const message of [{ ...greeting, to: '"ana" ana@example.org' }, foreign])
    assert.is(await notify(message), 'committed');
  assert.is(await countMails(desk), mails);
  assert.is(await notify({ ...greeting, to: 'ana@example.org' }), 'committed');
  assert.is(await countMails(desk), mails + 1);
  const withoutView = notify({ ...greeting, to: 'ana@example.org', view: 'notices/missing' });
  assert.is(await withoutView.catch(() => 'rolled back'), 'rolled back', 'an error in the code is not hidden');
});

test('an email that links outside the public URL is rejected', async () => {
  const { publicOrigin } = desk.app.urls;
  for (const url of [
    'https://evil.example/admin',
    `${publicOrigin}.evil.example/`,
    `${publicOrigin}@evil.example/`,
    '//evil.example',
    '/admin/reset/1',
    'javascript:alert(1)',
  ]) {
    const error = await rustioFailureOf(send(desk, { view: 'notices/link', data: { url } }));
    assert.is(error.code, 'RIO-MAIL-LINK', url);
  }
  for (const url of [publicOrigin, `${publicOrigin}/admin?a=1&b=2`, 'mailto:help@example.org'])
    await send(desk, { view: 'notices/link', data: { url } });
});

test('attack: a name that looks like a link does not prevent emails', async () => {
  for (const name of [
    'Ana href=x',
    'Ana src="https://evil.example"',
    "Ana action='/'",
    '<a href=https://evil.example>',
  ])
    await send(desk, { data: { name, path: '/' } });
});

test('a stored email reveals nothing about its content', async () => {
  const id = await send(desk, { data: { name: 'Ana', path: '/reset/secret-token' } });
  const { rows } = await desk.app.database.query(sql.unsafe`
    select encode(sealed, 'escape') as sealed, m::text as everything from rustio_mail m where id = ${id}
  `);
  for (const text of Object.values(rows[0] ?? {})) assert.not.match(String(text), /secret-token|request/);
});

test('an email that was copied into another row cannot be read', async () => {
  const [first, second] = [await send(desk), await send(desk, { to: 'eve@example.org' })];
  await desk.app.database.query(sql.unsafe`
    update rustio_mail set sealed = (select sealed from rustio_mail where id = ${first}) where id = ${second}
  `);
  const received = server.received.length;
  await runJobs(desk);
  assert.is((await storedMail(desk, second)).state, 'failed');
  assert.not.ok(server.received.slice(received).some(({ to }) => to.includes('eve@example.org')));
});

const OLD = 'an-old-key-that-is-long-enough-for-any-check';
const NEW = 'a-new-key-that-is-long-enough-for-any-check';

test('emails are still sent after a key was replaced, as long as the old one is listed', async () => {
  const keys = [OLD];
  const app = await mailApp({ ...variables(server.port), environment: { secretKeys: keys } });
  try {
    const first = await send(app);
    keys.unshift(NEW);
    const second = await send(app);
    await runJobs(app);
    assert.equal([(await storedMail(app, first)).state, (await storedMail(app, second)).state], ['sent', 'sent']);
    const third = await send(app);
    keys.shift();
    await runJobs(app);
    const { state, last_error } = await storedMail(app, third);
    assert.is(state, 'failed');
    assert.match(last_error ?? '', 'its key is no longer in RUSTIO_SECRET_KEYS');
  } finally {
    await app.close();
  }
});

test('in production, the content is deleted when the email is sent, and when it has failed', async () => {
  const production = { production: true, publicUrl: 'https://desk.example.org' };
  const app = await mailApp({ ...variables(server.port), environment: production });
  const rejecting = await mailServer({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('No such user'), { responseCode: 550 })),
  });
  const unknown = await mailApp({ ...variables(rejecting.port), environment: production });
  try {
    const sent = await send(app);
    assert.is.not((await storedMail(app, sent)).sealed, null);
    await runJobs(app);
    assert.match(server.received.at(-1)?.text ?? '', 'https://desk.example.org/admin/reset/4711');
    assert.equal(await storedMail(app, sent), { state: 'sent', attempts: 1, last_error: null, sealed: null });
    const failed = await send(unknown);
    await runJobs(unknown);
    const { state, sealed } = await storedMail(unknown, failed);
    assert.equal([state, sealed], ['failed', null]);
  } finally {
    await Promise.all([app.close(), unknown.close(), rejecting.close()]);
  }
});

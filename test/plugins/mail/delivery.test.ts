// Emails against a real SMTP server: what arrives, and what happens if the server rejects it or cannot be reached.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import type { TestApp } from '../../support/app.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { countMails, leaveOneAttempt, mailApp, runJobs, send, storedMail, variables } from './mail-app.ts';
import { type MailServer, mailServer, rawServer } from './mail-server.ts';

const test = suite('mail: delivery');
let server: MailServer;
let desk: TestApp;
/** The next responses of the server to RCPT TO; without one, it accepts the recipient. */
const responses: (readonly [code: number, text: string])[] = [];

test.before(async () => {
  server = await mailServer({
    onRcptTo(_address, _session, done) {
      const [code, text] = responses.shift() ?? [];
      done(code === undefined ? null : Object.assign(new Error(text), { responseCode: code }));
    },
  });
  desk = await mailApp(variables(server.port));
});
test.after(async () => {
  await desk.close();
  await server.close();
});

const last = () => server.received.at(-1);

test('an email arrives with its text, its HTML and its headers', async () => {
  const id = await send(desk, { replyTo: 'help@example.org' });
  assert.is(server.received.length, 0);
  await runJobs(desk);
  const mail = last();
  const link = `${desk.app.urls.publicOrigin}/admin/reset/4711`;
  assert.equal([mail?.from, mail?.to], ['desk@example.org', ['ana@example.org']]);
  const headers = (name: string) => mail?.headers.get(name);
  assert.is(headers('from'), 'Night desk <desk@example.org>');
  assert.is(headers('to'), 'ana@example.org');
  assert.is(headers('reply-to'), 'help@example.org');
  assert.is(headers('subject'), 'Ana: your request');
  assert.is(headers('message-id'), `<${id}@example.org>`);
  assert.is(headers('auto-submitted'), 'auto-generated');
  assert.is(headers('content-language'), 'en');
  assert.is(mail?.text.trim(), `Ana, open this link & choose a password:\n\n${link}`);
  assert.match(mail?.html ?? '', '<html lang="en" dir="ltr">');
  assert.match(mail?.html ?? '', `<a href="${link}"`);
  assert.equal(
    { ...(await storedMail(desk, id)), sealed: '' },
    { state: 'sent', attempts: 1, last_error: null, sealed: '' },
  );
});

test('an email is written in the language of its recipient', async () => {
  await send(desk, { locale: 'ar', data: { name: '<b>ريم</b>', path: '/' } });
  await runJobs(desk);
  assert.match(last()?.html ?? '', '<html lang="ar" dir="rtl">');
  assert.match(last()?.html ?? '', '&lt;b&gt;ريم&lt;/b&gt;');
  assert.match(last()?.text ?? '', '<b>ريم</b>');
  assert.is(last()?.headers.get('content-language'), 'ar');
});

test('nothing is stored or sent if the transaction is rolled back', async () => {
  const [mails, received] = [await countMails(desk), server.received.length];
  await failureOf(
    desk.app.database.transaction(async (tx) => {
      await desk.app.service('mail').send(tx, commandAuditContext(), {
        to: 'ana@example.org',
        view: 'notices/greeting',
        data: { name: 'Ana', path: '/' },
      });
      throw new Error('The change failed.');
    }),
  );
  await runJobs(desk);
  assert.equal([await countMails(desk), server.received.length], [mails, received]);
});

test('an email that is rejected temporarily is retried', async () => {
  const received = server.received.length;
  responses.push([450, 'Greylisted, ask postmaster@example.net']);
  const id = await send(desk);
  await runJobs(desk);
  const waiting = await storedMail(desk, id);
  assert.equal([waiting.state, waiting.attempts], ['waiting', 1]);
  assert.match(
    waiting.last_error ?? '',
    /rejected the recipient\. The server responded: 450 Greylisted, ask \(address\)$/,
  );
  await runJobs(desk);
  assert.equal(await storedMail(desk, id).then(({ state, attempts, last_error }) => [state, attempts, last_error]), [
    'sent',
    2,
    null,
  ]);
  assert.is(server.received.length, received + 1);
});

test('an email that is rejected permanently is not retried', async () => {
  const received = server.received.length;
  const errors = desk.errors.length;
  responses.push([550, 'No such user ana@example.org']);
  const id = await send(desk);
  await runJobs(desk);
  await runJobs(desk);
  const { state, attempts, last_error } = await storedMail(desk, id);
  assert.equal([state, attempts], ['failed', 1]);
  assert.match(last_error ?? '', '550 No such user ana@example.org');
  assert.is(server.received.length, received);
  assert.equal(
    desk.errors.slice(errors).map(({ msg, mail }) => [msg, mail]),
    [['an email was not sent', id]],
  );
});

test('a server that requires a password rejects the settings, not the email', async () => {
  responses.push([530, 'Authentication required']);
  const id = await send(desk);
  await runJobs(desk);
  assert.is((await storedMail(desk, id)).state, 'waiting');
  await runJobs(desk);
  assert.is((await storedMail(desk, id)).state, 'sent');
});

test('an email fails after the last attempt', async () => {
  responses.push([450, 'Later']);
  const id = await send(desk);
  await leaveOneAttempt(desk);
  await runJobs(desk);
  const received = server.received.length;
  await runJobs(desk);
  assert.is((await storedMail(desk, id)).state, 'failed');
  assert.is(server.received.length, received);
});

test('if the process is killed after the server accepted an email, it is sent again with the same Message-ID', async () => {
  const received = server.received.length;
  const id = await send(desk);
  const { database } = desk.app;
  // To the application, this is the same as being killed before its commit.
  await database.query(sql.unsafe`alter table rustio_mail add constraint killed check (sent_at is null) not valid`);
  await runJobs(desk);
  await database.query(sql.unsafe`alter table rustio_mail drop constraint killed`);
  await runJobs(desk);
  await runJobs(desk);
  const ids = server.received.slice(received).map(({ headers }) => headers.get('message-id'));
  assert.equal(ids, [`<${id}@example.org>`, `<${id}@example.org>`]);
});

test('a job that is run again after its email was sent does nothing', async () => {
  const id = await send(desk);
  await runJobs(desk);
  const received = server.received.length;
  const { database } = desk.app;
  await database.transaction((tx) =>
    desk.app.service('jobs').enqueue(tx, commandAuditContext(), 'mail.send', { mail: id }),
  );
  await runJobs(desk);
  assert.is(server.received.length, received);
  assert.is((await storedMail(desk, id)).attempts, 1);
});

test('an email that was not sent within 7 days is given up, and emails are deleted after 30 days', async () => {
  const [late, old] = [await send(desk), await send(desk)];
  const { database } = desk.app;
  await database.query(sql.unsafe`update rustio_mail set created_at = now() - interval '8 days' where id = ${late}`);
  await database.query(sql.unsafe`update rustio_mail set sent_at = now() - interval '31 days' where id = ${old}`);
  const task = desk.booted.plugins.find(({ name }) => name === 'mail')?.schedule?.[0];
  await task?.run(desk.app, new AbortController().signal);
  const received = server.received.length;
  await runJobs(desk);
  assert.is(server.received.length, received);
  assert.is((await storedMail(desk, late)).state, 'failed');
  assert.is(await database.exists(sql.unsafe`select from rustio_mail where id = ${old}`), false);
});

const unreachable = suite('mail: servers that cannot be reached');

unreachable('an email waits while the server refuses connections', async () => {
  const closed = await rawServer(() => {});
  closed.close();
  const app = await mailApp(variables(closed.port));
  try {
    const id = await send(app);
    await runJobs(app);
    const { state, last_error } = await storedMail(app, id);
    assert.equal([state, last_error], ['waiting', `127.0.0.1:${closed.port} refused the connection.`]);
  } finally {
    await app.close();
  }
});

unreachable(
  'a process that stops while an email is being sent ends at once, and the attempt does not count',
  async () => {
    const { promise: connected, resolve } = Promise.withResolvers<void>();
    const silent = await rawServer(() => resolve());
    const app = await mailApp(variables(silent.port));
    try {
      const id = await send(app);
      const stopping = new AbortController();
      const run = app.app.service('jobs').runDue(stopping.signal);
      await connected;
      const began = performance.now();
      stopping.abort();
      await run;
      assert.ok(performance.now() - began < 5_000);
      assert.equal(await storedMail(app, id).then(({ state, attempts }) => [state, attempts]), ['waiting', 0]);
    } finally {
      silent.close();
      await app.close();
    }
  },
);

unreachable('an email waits while the server rejects the password, and the sender', async () => {
  const rejecting = await mailServer({
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) =>
      password === 'right' ? done(null, { user: 'desk' }) : done(new Error('Wrong')),
    onMailFrom: (_address, _session, done) => done(Object.assign(new Error('Not your address'), { responseCode: 553 })),
  });
  for (const [password, reason] of [
    ['wr%40ng', 'rejected the user name or password. The server responded: 535 Wrong'],
    ['right', 'rejected the sender. The server responded: 553 Not your address'],
  ]) {
    const app = await mailApp(variables(0, `smtp://desk:${password}@127.0.0.1:${rejecting.port}`));
    try {
      const id = await send(app);
      await runJobs(app);
      const { state, last_error } = await storedMail(app, id);
      assert.equal([state, last_error], ['waiting', `127.0.0.1:${rejecting.port} ${reason}`]);
    } finally {
      await app.close();
    }
  }
  await rejecting.close();
});

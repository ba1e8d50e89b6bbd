// Connections to the mail server are encrypted and verified, or no email is sent.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import * as assert from 'uvu/assert';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { mailApp, variables } from './mail-app.ts';
import { CERTIFICATE, type MailServer, mailServer, REMOTE, rawServer } from './mail-server.ts';

const test = suite('mail: encryption');
const servers: MailServer[] = [];
/** Passwords that any server has seen. */
const passwords: string[] = [];

async function serve(options: Parameters<typeof mailServer>[0] = {}): Promise<MailServer> {
  const server = await mailServer({
    onAuth({ password }, _session, done) {
      passwords.push(password ?? '');
      done(null, { user: 'desk' });
    },
    allowInsecureAuth: true,
    ...options,
  });
  servers.push(server);
  return server;
}

test.after(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

/** What `rustio-admin mail test` prints, or why it failed. */
async function outcome(url: string): Promise<string> {
  const app = await mailApp(variables(0, url));
  try {
    return (await app.command('mail test', { address: 'ana@example.org' }))[0] ?? '';
  } catch (error) {
    return (await rustioFailureOf(Promise.reject(error))).parts.why;
  } finally {
    await app.close();
  }
}

test('on this machine, smtp: needs no encryption', async () => {
  const server = await serve();
  assert.match(await outcome(`smtp://desk:local@127.0.0.1:${server.port}`), 'accepted the email to ana@example.org');
  assert.equal([server.received.length, server.received[0]?.secure, passwords.splice(0)], [1, false, ['local']]);
});

test('elsewhere, smtp: is rejected if the certificate is self-signed, before the password is sent', async () => {
  const server = await serve();
  assert.match(
    await outcome(`smtp://desk:secret@${REMOTE}:${server.port}`),
    /^The certificate of \[.*\]:\d+ could not be verified: self-signed certificate/,
  );
  assert.equal([server.connections(), server.received.length, passwords], [1, 0, []]);
});

test('elsewhere, smtp: is rejected if the server, or someone in between, offers no STARTTLS', async () => {
  const server = await serve({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
  assert.match(await outcome(`smtp://desk:secret@${REMOTE}:${server.port}`), 'does not offer encryption with STARTTLS');
  assert.equal([server.connections(), server.received.length, passwords], [1, 0, []]);
});

test('smtps: is rejected if the certificate is self-signed, even on this machine', async () => {
  const server = await serve({ secure: true });
  assert.match(
    await outcome(`smtps://desk:secret@localhost:${server.port}`),
    /^The certificate of localhost:\d+ could not be verified/,
  );
  assert.equal([server.received.length, passwords], [0, []]);
});

test('the error of smtps: on a port without TLS is explained', async () => {
  const plain = await rawServer((socket) => socket.write('220 mail.example.org ESMTP\r\n'));
  assert.is(await outcome(`smtps://127.0.0.1:${plain.port}`), `127.0.0.1:${plain.port} does not use TLS on this port.`);
  plain.close();
});

test('a server with a trusted certificate receives emails over TLS', async () => {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, CERTIFICATE]);
  try {
    const [starttls, tls] = [await serve(), await serve({ secure: true })];
    assert.match(await outcome(`smtp://desk:secret@${REMOTE}:${starttls.port}`), 'accepted the email');
    assert.match(await outcome(`smtps://desk:secret@localhost:${tls.port}`), 'accepted the email');
    assert.equal(
      [...starttls.received, ...tls.received].map(({ secure }) => secure),
      [true, true],
    );
    assert.equal(passwords.splice(0), ['secret', 'secret']);
    // Trusted, but issued for another name.
    assert.match(await outcome(`smtps://desk:secret@127.0.0.2:${tls.port}`), /could not be verified|refused/);
    assert.equal(passwords, []);
  } finally {
    setDefaultCACertificates(before);
  }
});

// A mail server that sends something all the time, but never finishes.
import * as assert from 'uvu/assert';
import { suite } from '../../support/suite.ts';
import { mailApp, runJobs, send, storedMail, variables } from './mail-app.ts';
import { rawServer } from './mail-server.ts';

const test = suite('mail: a slow server');

test('an email waits if the server does not finish in time', async () => {
  // Each line resets the limits for silence, so only the limit in total ends this connection.
  const trickling = await rawServer((socket) => {
    socket.write('220 mail.example.org ESMTP\r\n');
    const timer = setInterval(() => socket.write('250-wait\r\n'), 1_000);
    socket.on('close', () => clearInterval(timer));
  });
  const app = await mailApp(variables(trickling.port));
  try {
    const id = await send(app);
    await runJobs(app);
    const { state, last_error } = await storedMail(app, id);
    assert.equal([state, last_error], ['waiting', `127.0.0.1:${trickling.port} took longer than 60 seconds.`]);
  } finally {
    trickling.close();
    await app.close();
  }
});

// The command `audit anchor`.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { testApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { mailsTo, runJobs } from '../accounts/mailbox.ts';

const test = suite('audit: anchors');

test('audit anchor prints the last seal, appends it to a file, and sends it', async () => {
  const desk = await testApp({});
  try {
    assert.is((await rustioFailureOf(desk.command('audit anchor'))).code, 'RIO-AUDIT-NO-SEAL');
    const developer = await desk.signInAs('developer');
    await desk.command('audit seal');
    const file = path.join(temporaryFolder(), 'anchors');
    await desk.command('audit anchor', { file });
    await desk.client().signIn('ana@example.org', 'a wrong password');
    await desk.command('audit seal');
    const [line = ''] = await desk.command('audit anchor', { file, mail: 'auditor@example.org' });
    assert.match(line, /^\{"seal":"2","lastId":"\d+","hash":"[0-9a-f]{64}","time":"\d{4}-.*Z"\}$/);
    assert.is(readFileSync(file, 'utf8').split('\n')[1], line);
    assert.ok((await desk.command('audit verify', { anchor: file })).includes('Anchors found in the chain: 2.'));
    await runJobs(desk);
    const [mail] = await mailsTo(desk, developer, 'auditor@example.org');
    assert.match(JSON.stringify(mail), JSON.parse(line).hash);
    const missing = path.join(file, 'x');
    assert.is((await rustioFailureOf(desk.command('audit anchor', { file: missing }))).code, 'RIO-AUDIT-ANCHOR-FILE');
  } finally {
    await desk.close();
  }
});

test('without the plugin mail, audit anchor --mail is rejected', async () => {
  const desk = await testApp({ plugins: { mail: false } });
  try {
    await desk.signInAs('staff');
    await desk.command('audit seal');
    const failure = await rustioFailureOf(desk.command('audit anchor', { mail: 'auditor@example.org' }));
    assert.equal([failure.code, failure.exitCode], ['RIO-AUDIT-NO-MAIL', 2]);
  } finally {
    await desk.close();
  }
});

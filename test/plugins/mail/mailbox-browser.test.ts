// The mailbox in a browser: the HTML of an email is shown in a frame without scripts, and its links open in place of the page.
import * as assert from 'uvu/assert';
import { visitAs } from '../../support/browser.ts';
import { suite } from '../../support/suite.ts';
import { mailApp, runJobs, send } from './mail-app.ts';

const test = suite('mail: mailbox in a browser');

test('a link in an email opens outside its frame, and the email runs no script', async () => {
  const desk = await mailApp();
  try {
    const id = await send(desk, { view: 'notices/link', data: { url: desk.app.urls.toPublic('/dev/mail') } });
    await runJobs(desk);
    const visitor = await visitAs(desk, await desk.account('developer'));
    await visitor.open(`/admin/dev/mail/${id}`);
    const frame = visitor.page.frameLocator('iframe');
    const link = frame.getByRole('link', { name: 'Open' });
    await link.waitFor();
    assert.not.match(await visitor.page.title(), 'changed by the email');
    await link.click();
    await visitor.page.waitForURL('**/admin/dev/mail');
    assert.match(await visitor.page.content(), 'A link');
    assert.is(desk.errors.length, 0);
  } finally {
    await desk.close();
  }
});

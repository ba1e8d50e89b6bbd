// Paths with tokens, in logs and in the audit trail.
import { pino } from 'pino';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { forbidden } from '../../../core/errors/http.ts';
import { loggedPath } from '../../../core/http/logged-path.ts';
import { accessLog } from '../../../core/http/request-state.ts';
import { definePlugin } from '../../../core/plugin.ts';
import type { Context } from '../../../core/request/context.ts';
import { sql } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const test = suite('paths in logs');
const TOKEN = 'kX9-secret-token_42';
const requests: Context[] = [];
const links = definePlugin({
  name: 'links',
  api: 1,
  routes(routes) {
    const open = { access: { open: true } } as const;
    routes.get('/+denied/:token', open, (ctx) => {
      requests.push(ctx);
      throw forbidden();
    });
    routes.get('/+fails/:id/:token/more', open, (ctx) => {
      requests.push(ctx);
      throw new Error('on purpose');
    });
    routes.get('/+fails/+done', open, () => {});
  },
});
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ extend: [links] });
});
test.after(() => desk.close());

test('the value of a parameter :token is left out, even if the path leads nowhere', () => {
  for (const [path, expected] of [
    [`/admin/+denied/${TOKEN}`, '/admin/+denied/:token'],
    [`/admin/+denied/${TOKEN}/`, '/admin/+denied/:token/'],
    [`/Admin/+Denied/${TOKEN}.`, '/Admin/+Denied/:token'],
    [`/admin/+fails/7/${TOKEN}/more`, '/admin/+fails/7/:token/more'],
    ['/admin/+fails/+done', '/admin/+fails/+done'],
    ['/admin/orders/7', '/admin/orders/7'],
  ] as const)
    assert.is(loggedPath(path, desk.app), expected);
});

test('attack: neither a log line nor the audit trail contains a token', async () => {
  const client = await desk.signInAs('staff');
  assert.is((await client.get(`/admin/+denied/${TOKEN}`)).status, 403);
  assert.is((await client.get(`/admin/+fails/7/${TOKEN}/more`)).status, 500);
  const written: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void written.push(line) });
  for (const ctx of requests) await accessLog({ ...desk.app, log })(ctx, async () => {});
  assert.is(written.length, 2);
  const lines = JSON.stringify([desk.errors, written]);
  assert.match(JSON.stringify(desk.errors), '/admin/+fails/7/:token/more');
  assert.match(written.join(''), '/admin/+denied/:token');
  assert.is(lines.includes(TOKEN), false);
  const audit = await desk.app.database.anyFirst(sql.type(z.object({ entry: z.string() }))`
    select a::text as entry from rustio_audit a where event = 'access_denied'
  `);
  assert.is(audit.length, 1);
  assert.match(String(audit[0]), '/admin/+denied/:token');
});

// Levels of trust that plugins add: they are ordered by rank, and none can change what a built-in one is worth.
import * as assert from 'uvu/assert';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { definePlugin, type Plugin } from '../../../core/plugin.ts';
import { reachesTrust, type Trust } from '../../../plugins/sessions/trust.ts';
import { testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

declare module 'rustio-admin/sessions' {
  interface TrustLevels {
    half_way: true;
    'Not a word': true;
  }
}

const test = suite('sessions: trust');
const levels = (...list: readonly { readonly name: Trust; readonly rank: number }[]): Plugin =>
  definePlugin({ name: 'levels', api: 1, requires: ['sessions'], contributes: { 'session.trust': list } });

test('a level includes those below it', async () => {
  const { app, close } = await testApp({ models: [], extend: [levels({ name: 'half_way', rank: 15 })] });
  try {
    assert.ok(reachesTrust(app, 'half_way', 'authenticated'));
    assert.ok(reachesTrust(app, 'half_way', 'half_way'));
    assert.ok(reachesTrust(app, 'mfa_verified', 'half_way'));
    assert.not.ok(reachesTrust(app, 'half_way', 'elevated'));
    assert.not.ok(reachesTrust(app, 'mfa_verified', 'Not a word'), 'what nobody has contributed is reached by nothing');
  } finally {
    await close();
  }
});

test('a built-in level cannot be redefined, and a name must fit the table', async () => {
  const plugin = levels({ name: 'authenticated', rank: 99 }, { name: 'Not a word', rank: 1 });
  const error = await testApp({ models: [], extend: [plugin] }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, RustioError);
  const details = error instanceof RustioError ? error.details.join('\n') : '';
  assert.match(details, 'The level "authenticated" already belongs to sessions');
  assert.match(details, '"Not a word" must be at most 40 lowercase letters');
});

// Invariant 2: `false` in the config removes all of a plugin. What can run without it has no link, form, control or word that
// leads to it; what cannot is rejected at startup with the reason.

import * as assert from 'uvu/assert';
import { builtIn } from '../../plugins/built-in.ts';
import { testApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { type BuiltIn, configWithout, declareTestsWithout } from './without-plugins.ts';

/** Each with what cannot run without it. Several at once: `disabled-together.long.test.ts`. */
const bootable: readonly (readonly BuiltIn[])[] = [
  [],
  ['theme'],
  ['recovery'],
  ['mail'],
  ['mail', 'jobs'],
  ['mfa'],
  ['tokens'],
  ['audit'],
  ['accounts'],
  ['admin'],
];
for (const disabled of bootable) declareTestsWithout(disabled);

const test = suite('invariant: disabled plugins');

test('every built-in plugin is disabled by one of these cases', () => {
  const cases = new Set<string>([...bootable.flat(), 'auth', 'sessions']);
  assert.equal(
    builtIn.map(({ name }) => name).filter((name) => !cases.has(name)),
    [],
  );
});

test('without auth, plugins that require it are rejected, and the error names both', async () => {
  const { code, details } = await rejection(['auth']);
  assert.is(code, 'RIO-BOOT-PROBLEMS');
  assert.equal(
    details,
    ['sessions', 'recovery', 'mfa', 'tokens', 'accounts'].map(
      (name) => `plugin ${name}: It requires the plugin "auth", which is disabled in the config.`,
    ),
  );
});

test('without jobs, mail is rejected, and the error names both', async () => {
  const { code, details } = await rejection(['jobs']);
  assert.is(code, 'RIO-BOOT-PROBLEMS');
  assert.equal(details, ['plugin mail: It requires the plugin "jobs", which is disabled in the config.']);
});

test('without a policy, startup fails and suggests what could provide one', async () => {
  const { code, parts } = await rejection(['auth', 'sessions', 'accounts', 'recovery', 'mfa', 'tokens']);
  assert.is(code, 'RIO-BOOT-POLICY');
  assert.match(parts.fix, '"auth"');
});

test('without an authenticator, the error names each plugin with pages for signed-in users, and what is missing', async () => {
  const { code, details } = await rejection(['sessions', 'accounts', 'recovery', 'mfa', 'tokens']);
  assert.is(code, 'RIO-BOOT-PROBLEMS');
  for (const name of ['jobs', 'mail', 'audit', 'admin'])
    assert.ok(
      details.some((line) => line.startsWith(`plugin ${name}: `) && line.includes('Enable "sessions"')),
      name,
    );
  assert.is(details.length, 4, details.join('\n'));
});

function rejection(disabled: readonly BuiltIn[]) {
  return rustioFailureOf(testApp(configWithout(disabled)));
}

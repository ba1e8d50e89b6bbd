// docs/contracts/sessions.md is written for authors outside this repository: its examples use public names alone. That they
// compile is tested by test/docs/examples.test.ts.
import * as assert from 'uvu/assert';
import * as publicNames from '../../../plugins/sessions/public.ts';
import { examplesOf } from '../../docs/fenced.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: public interface');
const examples = examplesOf('docs/contracts/sessions.md');

test('examples import only the package and its sub-paths', () => {
  const sources = examples.flatMap(({ text }) =>
    [...text.matchAll(/(?:from|module) '([^']+)'/g)].map(([, from]) => from),
  );
  assert.ok(sources.length >= 8);
  assert.equal(
    sources.filter((from) => !/^rustio-admin(?:\/(?:plugin|sessions|auth))?$/.test(from ?? '')),
    [],
  );
});

test('everything needed to sign users in, raise trust and end sessions is public', () => {
  assert.equal(Object.keys(publicNames).toSorted(), [
    'admitAttempt',
    'clearSessionCookie',
    'completeSignIn',
    'endSessions',
    'nextPath',
    'openSession',
    'reachesTrust',
    'recordFailedSignIn',
    'rememberDevice',
    'revokeSessions',
    'rotateSession',
    'setSessionCookie',
  ]);
});

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { readEnvironment } from '../../core/environment.ts';
import { RustioError } from '../../core/errors.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('environment');
const KEY = 'a1'.repeat(32);

function refused(given: Record<string, string>): RustioError {
  try {
    readEnvironment(temporaryFolder(), given);
  } catch (error) {
    if (error instanceof RustioError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(given)} was taken`);
}

test('development needs nothing, and tells only what goes wrong', () => {
  const environment = readEnvironment(temporaryFolder(), {});
  assert.is(environment.production, false);
  assert.is(environment.port, 8000);
  assert.is(environment.host, '127.0.0.1');
  assert.is(environment.databaseUrl, undefined);
  assert.is(environment.logLevel, 'warn');
});

test('development makes a secret key once, readable by its owner alone', () => {
  const folder = temporaryFolder();
  const [key = ''] = readEnvironment(folder, {}).secretKeys;
  assert.match(key, /^[0-9a-f]{64}$/);
  assert.equal(readEnvironment(folder, {}).secretKeys, [key]);
  const home = path.join(folder, '.rustio/local');
  assert.is(statSync(path.join(home, 'secret-keys')).mode & 0o777, 0o600);
  assert.is(readFileSync(path.join(home, '.gitignore'), 'utf8'), '*\n');
  assert.is.not(readEnvironment(temporaryFolder(), {}).secretKeys[0], key);
});

test('production without a database is refused with what to do', () => {
  const database = refused({ NODE_ENV: 'production', RUSTIO_SECRET_KEYS: KEY });
  assert.is(database.code, 'RIO-ENVIRONMENT-MISSING');
  assert.is(database.exitCode, 2);
  assert.match(database.parts.problem, 'DATABASE_URL');
  assert.match(database.parts.fix, 'PostgreSQL');
});

test('production makes up no secret keys', () => {
  const folder = temporaryFolder();
  const { secretKeys } = readEnvironment(folder, { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/app' });
  assert.equal(secretKeys, []);
  assert.equal(readdirSync(folder), []);
});

test('production with both is read as it is', () => {
  const url = 'postgres://app:secret@db:5432/app';
  const environment = readEnvironment(temporaryFolder(), {
    NODE_ENV: 'production',
    DATABASE_URL: url,
    DATABASE_OWNER_URL: '',
    RUSTIO_SECRET_KEYS: `${KEY}, ${Buffer.alloc(32, 7).toString('base64url')}`,
    PUBLIC_URL: 'https://desk.example.org/',
    PORT: '80',
  });
  assert.is(environment.databaseUrl, url);
  assert.is(environment.databaseOwnerUrl, undefined, 'an empty variable is none');
  assert.is(environment.secretKeys.length, 2);
  assert.is(environment.publicUrl, 'https://desk.example.org');
  assert.is(environment.port, 80);
  assert.is(environment.logLevel, 'info');
});

test('every mistake is named at once, and no value is repeated', () => {
  const error = refused({
    PORT: '80000',
    DATABASE_URL: 'mysql://root:hunter2@db',
    RUSTIO_SECRET_KEYS: `${KEY},short`,
    PUBLIC_URL: 'https://desk.example.org/admin',
    LOG_LEVEL: 'loud',
  });
  assert.is(error.exitCode, 2);
  const told = error.details.join('\n');
  for (const name of ['PORT', 'DATABASE_URL', 'RUSTIO_SECRET_KEYS', 'PUBLIC_URL', 'LOG_LEVEL']) {
    assert.match(told, name);
  }
  assert.is(error.details.length, 5);
  assert.not.match(told, 'hunter2');
});

test('a misspelt name of a secret is not silently ignored', () => {
  assert.match(refused({ RUSTIO_SECRET_KEY: KEY }).parts.problem, 'did you mean RUSTIO_SECRET_KEYS?');
});

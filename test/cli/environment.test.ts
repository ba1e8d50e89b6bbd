import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { isOnThisMachine } from '../../cli/serve/serve-project.ts';
import { publicUrlProblem, readEnvironment } from '../../core/boot/environment.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('environment');
const KEY = randomBytes(32).toString('hex');

function rejected(variables: Record<string, string>): RustioError {
  try {
    readEnvironment(temporaryFolder(), variables);
  } catch (error) {
    if (error instanceof RustioError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(variables)} was accepted`);
}

test('development needs no variables and logs only problems', () => {
  const environment = readEnvironment(temporaryFolder(), {});
  assert.is(environment.production, false);
  assert.is(environment.port, 8000);
  assert.is(environment.host, '127.0.0.1');
  assert.is(environment.databaseUrl, undefined);
  assert.is(environment.logLevel, 'warn');
});

test('development generates a secret key once, readable only by its owner', () => {
  const folder = temporaryFolder();
  const [key = ''] = readEnvironment(folder, {}).secretKeys;
  assert.match(key, /^[0-9a-f]{64}$/);
  assert.equal(readEnvironment(folder, {}).secretKeys, [key]);
  const home = path.join(folder, '.rustio/local');
  assert.is(statSync(path.join(home, 'secret-keys')).mode & 0o777, 0o600);
  assert.is(readFileSync(path.join(home, '.gitignore'), 'utf8'), '*\n');
  assert.is.not(readEnvironment(temporaryFolder(), {}).secretKeys[0], key);
});

test('production without a database is rejected', () => {
  const database = rejected({ NODE_ENV: 'production', RUSTIO_SECRET_KEYS: KEY });
  assert.is(database.code, 'RIO-ENVIRONMENT-MISSING');
  assert.is(database.exitCode, 2);
  assert.match(database.parts.problem, 'DATABASE_URL');
  assert.match(database.parts.fix, 'PostgreSQL');
});

test('production generates no secret keys', () => {
  const folder = temporaryFolder();
  const { secretKeys } = readEnvironment(folder, { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/app' });
  assert.equal(secretKeys, []);
  assert.equal(readdirSync(folder), []);
});

test('the variables of a production server are read', () => {
  const url = 'postgres://app:secret@db:5432/app';
  const environment = readEnvironment(temporaryFolder(), {
    NODE_ENV: 'production',
    DATABASE_URL: url,
    DATABASE_OWNER_URL: '',
    RUSTIO_SECRET_KEYS: `${KEY}, ${randomBytes(32).toString('base64url')}`,
    PUBLIC_URL: 'https://desk.example.org/',
    PORT: '80',
  });
  assert.is(environment.databaseUrl, url);
  assert.is(environment.databaseOwnerUrl, undefined, 'an empty variable counts as unset');
  assert.is(environment.secretKeys.length, 2);
  assert.is(environment.publicUrl, 'https://desk.example.org');
  assert.is(environment.port, 80);
  assert.is(environment.logLevel, 'info');
});

test('weak secret keys are rejected: short, repeated or typed (F16)', () => {
  const weak = [
    'a'.repeat(64),
    'a1'.repeat(32),
    '0123456789abcdef'.repeat(4),
    '0123456789ABCDEF'.repeat(4),
    'B'.repeat(64),
    'z'.repeat(43),
    'secret'.repeat(10),
    'correct-horse-battery-staple-'.repeat(2),
    Buffer.alloc(32, 7).toString('base64url'),
    Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('hex'),
    Buffer.from(Array.from({ length: 64 }, (_, at) => 255 - 3 * at)).toString('base64url'),
    randomBytes(31).toString('hex'),
    randomBytes(31).toString('base64url'),
  ];
  for (const key of weak)
    for (const keys of [key, `${KEY},${key}`])
      assert.match(rejected({ RUSTIO_SECRET_KEYS: keys }).parts.problem, 'RUSTIO_SECRET_KEYS', key);
  for (let round = 0; round < 2_000; round++) {
    const RUSTIO_SECRET_KEYS = randomBytes(32).toString(round % 2 === 0 ? 'hex' : 'base64url');
    assert.is(readEnvironment('/', { RUSTIO_SECRET_KEYS }).secretKeys.length, 1, RUSTIO_SECRET_KEYS);
  }
});

test('HOST is an address that a URL can have', () => {
  for (const HOST of ['0.0.0.0', '::', '::1', 'fe80::1', 'localhost', 'desk.internal', '_desk', 'bücher.example'])
    assert.is(readEnvironment(temporaryFolder(), { HOST }).host, HOST);
  for (const HOST of ['[::1]', 'http://127.0.0.1', '/tmp/socket', '127.0.0.1:80', 'a b', 'a@b', 'fe80::1%eth0', '?'])
    assert.match(rejected({ HOST }).parts.problem, 'HOST is not a host name or an IP address', HOST);
});

test('a NODE_ENV that is misspelled does not start the development mode', () => {
  for (const NODE_ENV of ['prod', 'Production', ' production ', 'staging'])
    assert.match(rejected({ NODE_ENV }).parts.problem, 'NODE_ENV must be production, development or test', NODE_ENV);
  for (const NODE_ENV of ['', 'development', 'test'])
    assert.is(readEnvironment(temporaryFolder(), { NODE_ENV }).production, false);
});

test('PUBLIC_URL has only scheme, host and port', () => {
  for (const PUBLIC_URL of ['HTTPS://Desk.example.org', 'https://[::1]:8443/', 'https://bücher.example'])
    readEnvironment(temporaryFolder(), { PUBLIC_URL });
  for (const PUBLIC_URL of [
    'https://desk.example.org/admin',
    'https://desk.example.org?x',
    'https://desk.example.org#x',
    'https://user:secret@desk.example.org',
  ])
    assert.match(rejected({ PUBLIC_URL }).parts.problem, 'only scheme, host and port', PUBLIC_URL);
});

test('production requires an https URL, or an explicit opt-in to plain http (F5)', () => {
  const problemOf = (variables: Record<string, string>, publicUrl?: string) => {
    const environment = readEnvironment(temporaryFolder(), { DATABASE_URL: 'postgres://db/app', ...variables });
    return publicUrlProblem({ environment, config: { name: 'Desk', ...(publicUrl !== undefined && { publicUrl }) } });
  };
  const NODE_ENV = 'production';
  assert.is(problemOf({ NODE_ENV })?.code, 'RIO-ENVIRONMENT-URL');
  assert.is(problemOf({ NODE_ENV, ALLOW_HTTP: 'true' })?.code, 'RIO-ENVIRONMENT-URL');
  for (const url of ['http://desk.example.org', 'http://127.0.0.1:8000']) {
    assert.match(problemOf({ NODE_ENV, PUBLIC_URL: url })?.parts.fix ?? '', 'ALLOW_HTTP=true');
    assert.match(problemOf({ NODE_ENV, PUBLIC_URL: url, ALLOW_HTTP: 'false' })?.parts.fix ?? '', 'ALLOW_HTTP=true');
    assert.is(problemOf({ NODE_ENV, PUBLIC_URL: url, ALLOW_HTTP: 'true' }), undefined);
    assert.is(problemOf({ NODE_ENV }, url)?.code, 'RIO-ENVIRONMENT-URL');
  }
  assert.is(problemOf({ NODE_ENV, PUBLIC_URL: 'https://desk.example.org' }), undefined);
  assert.is(problemOf({ NODE_ENV }, 'https://desk.example.org'), undefined);
  assert.is(problemOf({ NODE_ENV, PUBLIC_URL: 'http://desk' }, 'https://desk.example.org')?.exitCode, 2);
  assert.is(problemOf({}), undefined);
  assert.match(rejected({ ALLOW_HTTP: 'yes' }).parts.problem, 'ALLOW_HTTP must be true or false');
});

test('tables, rows and accounts are created automatically only if the database and the server are local (F6)', () => {
  const isLocal = (variables: Record<string, string>, publicUrl?: string) =>
    isOnThisMachine({
      environment: readEnvironment(temporaryFolder(), variables),
      config: { name: 'Desk', ...(publicUrl !== undefined && { publicUrl }) },
    });
  for (const DATABASE_URL of [
    'postgres://127.0.0.1/app',
    'postgres://u:p@localhost:5432/app',
    'postgresql://[::1]/app',
    'postgres:///app?host=/run/postgresql',
    'postgres://%2Frun%2Fpostgresql/app',
  ]) {
    assert.ok(isLocal({ DATABASE_URL }), DATABASE_URL);
    assert.not.ok(isLocal({ DATABASE_URL, HOST: '0.0.0.0' }), 'others can open the pages');
    assert.not.ok(isLocal({ DATABASE_URL, HOST: '::' }));
    assert.not.ok(isLocal({ DATABASE_URL, PUBLIC_URL: 'https://desk.example.org' }));
    assert.not.ok(isLocal({ DATABASE_URL }, 'https://desk.example.org'));
    assert.not.ok(isLocal({ DATABASE_URL, DATABASE_OWNER_URL: 'postgres://owner@db.example.org/app' }));
  }
  for (const DATABASE_URL of [
    'postgres://db/app',
    'postgres://db.example.org:5432/app',
    'postgres://127.0.0.1.example.org/app',
    'postgres://localhost/app?host=db.example.org',
    'postgres://localhost/app?hostaddr=10.0.0.1',
    'postgres://10.0.0.1/app',
  ])
    assert.not.ok(isLocal({ DATABASE_URL }), DATABASE_URL);
});

test('an unusable database URL is reported with a correction and without its password (T25)', () => {
  const good = [
    'postgres://u:p@h:5432/d',
    'postgresql:///d?host=/run/pg',
    'postgres://u:p%23x@[::1]:5432/d',
    'postgres://h',
    'postgres://u:p@h/a%2Fb%3Fc%23d%25e?sslmode=verify-full&connect_timeout=5',
    'postgres:///d?host=/run/pg&port=5433&user=u&ssl=1',
  ];
  for (const url of good) assert.is(readEnvironment(temporaryFolder(), { DATABASE_URL: url }).databaseUrl, url);
  for (const [url, reason] of [
    ['postgres://u:hunter2@127.0.0.1:eighty/app', 'has a port that is not a number'],
    ['postgres://u:hunter2@127.0.0.1:70000/app', 'has a port that is not a number'],
    ['postgres://u:hunter2#x@127.0.0.1/app', 'contains a #: in a user name or password, write it as %23'],
    ['postgres://u:p@127.0.0.1/app#hunter2', 'contains a #'],
    ['postgres://u:hunter2/x@127.0.0.1/app', 'has a port that is not a number'],
    ['postgres://u:hunter2?x@127.0.0.1/app', 'has a port that is not a number'],
    ['postgres://u:hunter2@one:5432,two:5432/app', 'lists several hosts: only one is supported'],
    ['postgres://u:hunter2%@127.0.0.1/app', 'contains a % that does not begin an escape'],
    ['mysql://u:hunter2@127.0.0.1/app', 'is not a valid PostgreSQL URL'],
    ['/run/postgresql hunter2', 'is not a valid PostgreSQL URL'],
    ['socket:/run/postgresql?password=hunter2', 'is not a valid PostgreSQL URL'],
    [' postgres://u:hunter2@127.0.0.1/app', 'is not a valid PostgreSQL URL'],
    ['"postgres://u:hunter2@127.0.0.1/app"', 'is not a valid PostgreSQL URL'],
    ['postgres://u:hunter2@127.0.0.1:0/app', 'has a port that is not a number'],
    ['postgres://u:hunter2@127.0.0.1:99999/app', 'has a port that is not a number'],
    ['postgres://u:hunter2@/app', 'has no host; for a socket, write'],
    ['postgres://u:hunter2@:5432/app', 'has no host; for a socket, write'],
    ['postgres://u:hunter2@my host/app', 'is not a valid URL: check the host'],
    ['postgres://u:hunter2@[::1/app', 'is not a valid URL: check the host'],
    ['postgres://u:hunter2%00@127.0.0.1/app', 'contains %00'],
    [
      'postgres://u@127.0.0.1/app?password=hunter2&sslmode=on',
      'has a parameter sslmode that is not one of disable, prefer',
    ],
    ['postgres://u:hunter2@127.0.0.1/app?ssl=false', 'has a parameter ssl that is not one of'],
    ['postgres://u:hunter2@127.0.0.1/app?sslrootcert=/nowhere/hunter2.pem', 'has a parameter sslrootcert with a file'],
    ['postgres://u:hunter2@127.0.0.1/app?port=hunter2', 'has a parameter port that is not a number'],
    ['postgres://u:hunter2@127.0.0.1/app?port=70000', 'has a parameter port that is not a number'],
    [
      'postgres://u:hunter2@127.0.0.1/app?statement_timeout=5s',
      'has a parameter statement_timeout that is not a number',
    ],
    ['postgres://u:hunter2@127.0.0.1/app?sslmode=disable&sslnegotiation=direct', 'has sslnegotiation=direct'],
    ['postgres://u:hunter2@127.0.0.1/app?sslmode=verify-ca&uselibpqcompat=true', 'has sslmode=verify-ca without'],
  ] as const) {
    for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL']) {
      const { code, parts } = rejected({ [name]: url });
      assert.is(code, 'RIO-ENVIRONMENT');
      assert.match(parts.problem, `${name} ${reason}`);
      assert.not.match(parts.problem, 'hunter2');
    }
  }
});

test('all invalid variables are reported together, without their values', () => {
  const error = rejected({
    PORT: '80000',
    DATABASE_URL: 'mysql://root:hunter2@db',
    RUSTIO_SECRET_KEYS: `${KEY},short`,
    PUBLIC_URL: 'https://desk.example.org/admin',
    LOG_LEVEL: 'loud',
  });
  assert.is(error.exitCode, 2);
  const lines = error.details.join('\n');
  for (const name of ['PORT', 'DATABASE_URL', 'RUSTIO_SECRET_KEYS', 'PUBLIC_URL', 'LOG_LEVEL']) {
    assert.match(lines, name);
  }
  assert.is(error.details.length, 5);
  assert.not.match(lines, 'hunter2');
});

test('a misspelled variable for secret keys is reported', () => {
  assert.match(rejected({ RUSTIO_SECRET_KEY: KEY }).parts.problem, 'did you mean RUSTIO_SECRET_KEYS?');
});

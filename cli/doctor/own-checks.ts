import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Check, CheckResult } from '../../core/command.ts';
import type { AnyCheck, ConnectionCheck } from './run-checks.ts';

const NEEDED_NODE = 24;
const OLDEST_POSTGRES = 15;
const NEWEST_POSTGRES = 18;
const SKEW_MS = 2_000;

const node: Check = {
  name: 'node',
  needs: 'nothing',
  async run(): Promise<CheckResult> {
    const { node: version } = process.versions;
    if (Number(version.split('.')[0]) >= NEEDED_NODE) return { status: 'ok', message: `Node ${version}.` };
    return {
      status: 'failed',
      message: `Node ${version} is too old.`,
      fix: `npm install --save-dev node@${NEEDED_NODE}`,
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
        fix: 'Take it out of RUSTIO_SECRET_KEYS once.',
      };
    }
    if (keys.length === 0)
      return { status: 'note', message: 'There are no secret keys, and no enabled plugin needs one.' };
    const count = keys.length === 1 ? 'one secret key' : `${keys.length} secret keys, the first one signs`;
    const where = process.env.RUSTIO_SECRET_KEYS ? 'RUSTIO_SECRET_KEYS' : '.rustio/local/secret-keys';
    return { status: 'ok', message: `There is ${count} (${where}${production ? '' : ', development'}).` };
  },
};

const ignored: Check = {
  name: 'git-ignore',
  needs: 'project',
  async run({ project }): Promise<CheckResult> {
    const run = promisify(execFile);
    const git = (...words: string[]) => run('git', ['-C', project.folder, ...words]).then(() => true, codeOf);
    const inGit = await git('rev-parse', '--is-inside-work-tree');
    if (inGit !== true) return { status: 'ok', message: 'The project is not in git.' };
    const missing: string[] = [];
    for (const file of ['.rustio/local/secret-keys', '.env']) {
      if ((await git('check-ignore', '--quiet', '--no-index', file)) !== true) missing.push(file);
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
    const version = `${Math.floor(number / 10_000)}.${number % 10_000}`;
    const major = Math.floor(number / 10_000);
    const kind = project.environment.databaseUrl === undefined ? ', embedded' : '';
    if (major >= OLDEST_POSTGRES && major <= NEWEST_POSTGRES) {
      return { status: 'ok', message: `PostgreSQL ${version}${kind}.` };
    }
    const fix = `Use PostgreSQL ${OLDEST_POSTGRES} to ${NEWEST_POSTGRES}.`;
    if (major > NEWEST_POSTGRES) return { status: 'warning', message: `PostgreSQL ${version} was never tried.`, fix };
    return { status: 'failed', message: `PostgreSQL ${version} is too old.`, fix };
  },
};

const clock: ConnectionCheck = {
  name: 'clock',
  needs: 'connection',
  async run({ database }): Promise<CheckResult> {
    const before = Date.now();
    const theirs = await database.oneFirst(
      sql.type(setting)`select (extract(epoch from clock_timestamp()) * 1000)::bigint::text as value`,
    );
    const after = Date.now();
    // The server answered somewhere between: only what lies outside is a difference of the clocks.
    const skew = Math.max(before - Number(theirs), Number(theirs) - after, 0);
    if (skew <= SKEW_MS) return { status: 'ok', message: 'The clocks of this machine and of the database agree.' };
    return {
      status: 'failed',
      message: `The clocks of this machine and of the database differ by ${Math.round(skew / 1000)} s.`,
      fix: 'Switch on NTP on both machines: sessions and one-time codes depend on the time.',
    };
  },
};

const setting = z.object({ value: z.string() });

/** Checks that need no knowledge of migrations or plugins. */
export const ownChecks: readonly AnyCheck[] = [node, secretKeys, ignored, databaseVersion, clock];

/** git's exit code: 1 is its no. Any other failure, a missing git included, counts as no as well. */
function codeOf(): false {
  return false;
}

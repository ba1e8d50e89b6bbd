import { sql } from 'slonik';
import { z } from 'zod';
import type { Check, CheckResult } from '../../core/command.ts';
import type { Query } from '../../core/database/queries.ts';
import { countJobs } from './job-list.ts';
import { readSchemaVersion, SCHEMA_VERSION } from './schema-version.ts';
import { hasWorker } from './workers.ts';

/** Jobs that have been due for longer than this are late. */
const MAX_DUE_SECONDS = 120;

const queue: Check = {
  name: 'jobs-queue',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    const missing = await missingPrivileges(database);
    if (missing.length > 0)
      return {
        status: 'failed',
        message: 'The database role lacks privileges on the job queue.',
        fix: missing.join('\n'),
      };
    const version = await readSchemaVersion(database);
    if (version === SCHEMA_VERSION)
      return { status: 'ok', message: 'The tables of the job queue have the version that this release needs.' };
    return {
      status: 'failed',
      message: `The tables of the job queue have version ${version ?? 'none'}, but this release needs ${SCHEMA_VERSION}.`,
      fix: 'Run: npx rustio-admin migrate. If no migration is pending, deploy the release that migrated the database.',
    };
  },
};

const worker: Check = {
  name: 'jobs-worker',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    if ((await readSchemaVersion(database)) === null) return { status: 'note', message: 'There is no job queue yet.' };
    const { waiting, oldestDueSeconds, failed } = await countJobs(database);
    if (oldestDueSeconds > MAX_DUE_SECONDS)
      return (await hasWorker(app))
        ? {
            status: 'warning',
            message: `${waitingText(waiting)}, the oldest for ${Math.round(oldestDueSeconds / 60)} min.`,
            fix: 'Start more workers (npx rustio-admin worker), or raise the option `concurrency` of the plugin jobs. A job also waits if no enabled plugin contributes its task.',
          }
        : {
            status: 'failed',
            message: `${waitingText(waiting)}, and no process runs jobs.`,
            fix: 'Run: npx rustio-admin worker. For a small installation, set `plugins: { jobs: { inWeb: true } }`.',
          };
    if (failed === 0) return { status: 'ok', message: 'No job is late, and none has failed.' };
    return {
      status: 'warning',
      message: `${failed} ${failed === 1 ? 'job has' : 'jobs have'} failed.`,
      fix: 'Run: npx rustio-admin jobs list. Fix the cause, then run: npx rustio-admin jobs retry ID.',
    };
  },
};

function waitingText(count: number): string {
  return count === 1 ? '1 job is waiting' : `${count} jobs are waiting`;
}

/** The statements that grant what is missing. The check of other tables covers only the schema of the application. */
async function missingPrivileges(query: Query): Promise<readonly string[]> {
  const { grants } = await query.one(sql.type(z.object({ grants: z.array(z.string()) }))`
    select array(
      select 'grant usage on schema graphile_worker to ' || quote_ident(current_user) || ';'
      from pg_namespace
      where nspname = 'graphile_worker' and not has_schema_privilege(oid, 'usage')
      union all
      select 'grant select, insert, update, delete on all tables in schema graphile_worker to ' || quote_ident(current_user) || ';'
      where exists (
        select
        from pg_class
        where relnamespace = to_regnamespace('graphile_worker')
          and relkind = 'r'
          and not (
            has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
            and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete')
          )
      )
    ) as grants
  `);
  return grants;
}

export const checks: readonly Check[] = [queue, worker];

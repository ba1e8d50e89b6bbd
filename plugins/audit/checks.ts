import { sql } from 'slonik';
import type { Check, CheckResult } from '../../core/command.ts';

const appendOnly: Check = {
  name: 'audit-append-only',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    const guarded = await database.exists(sql.unsafe`
      select
      from pg_trigger
      where tgrelid = to_regclass('rustio_audit')
        and tgname = 'rustio_audit_append_only'
        and tgenabled = 'A'
    `);
    return guarded
      ? { status: 'ok', message: 'The audit trail refuses changes.' }
      : {
          status: 'failed',
          message: 'The trigger that keeps the audit trail from being changed is missing or switched off.',
          fix: 'Run rustio-admin migrate; if it says that nothing is pending, somebody has taken the trigger away: find out who.',
        };
  },
};

export const checks: readonly Check[] = [appendOnly];

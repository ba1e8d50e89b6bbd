import type { Check, CheckResult } from '../../core/command.ts';
import { changesToTrail } from './expected-table.ts';

const appendOnly: Check = {
  name: 'audit-append-only',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    const changes = await changesToTrail(database);
    if (changes === undefined)
      return {
        status: 'failed',
        message: 'The table of the audit trail does not exist.',
        fix: 'Run: npx rustio-admin migrate.',
      };
    // fault: audit-table-changed
    if (changes.length === 0)
      return { status: 'ok', message: 'The audit trail is append-only and its table is unmodified.' };
    return {
      status: 'failed',
      message: `The table of the audit trail differs from the definition in the migrations, so entries can be lost or changed: ${changes.join('; ')}.`,
      fix: 'Run: npx rustio-admin migrate. If no migration is pending, the table was changed manually: find out why.',
    };
  },
};

export const checks: readonly Check[] = [appendOnly];

import type { Check, CheckResult } from '../../core/command.ts';
import { unrecordedErasures } from './erase-entries.ts';
import { changesToTrail } from './expected-table.ts';
import { sealAge } from './seals/seal-age.ts';

const MAX_WAITING_MINUTES = 60;

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

/**
 * The role of the application can insert erasures, because users erase accounts. Erasures are permanent, so one that bypassed the
 * application is found: no entry records it.
 */
const erasures: Check = {
  name: 'audit-erasures',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    const unrecorded = await unrecordedErasures(database);
    // fault: erasure-without-entry
    if (unrecorded.length === 0)
      return { status: 'ok', message: 'Every erasure in the audit trail is recorded by an entry.' };
    return {
      status: 'failed',
      message: `Values were removed from the audit trail without an entry that records it: ${unrecorded.join(', ')}.`,
      fix: 'Find out who inserted these rows into rustio_audit_erasure, and compare the audit trail with a backup.',
    };
  },
};

/** Sealing runs every minute, so entries that wait for an hour are a sign that no process seals. */
const seals: Check = {
  name: 'audit-seals',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    const age = await sealAge(database);
    if (age === undefined) return { status: 'note', message: 'The tables of the seals do not exist yet.' };
    const { number, sealedMinutes, waiting, waitingMinutes } = age;
    const last =
      number === null
        ? 'There is no seal yet.'
        : `The last seal is number ${number}, from ${sealedMinutes} minutes ago.`;
    const message = `${last} Entries not sealed yet: ${waiting}.`;
    // fault: old-seal-unreported
    if (waitingMinutes <= MAX_WAITING_MINUTES) return { status: 'ok', message };
    return {
      status: 'warning',
      message: `${message} The oldest of them has waited for ${waitingMinutes} minutes.`,
      fix: 'Run: npx rustio-admin audit seal. If it reports a transaction that has not ended, find it in pg_stat_activity.',
    };
  },
};

export const checks: readonly Check[] = [appendOnly, erasures, seals];

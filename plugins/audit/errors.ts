import { defineError } from '../../core/errors/define-error.ts';

export const invalidAuditFilter = defineError<{ name: string }>('RIO-AUDIT-FILTER', {
  status: 400,
  problem: 'This link is not valid.',
  why: ({ name }) => `The parameter "${name}" is unknown or has an invalid value.`,
  fix: 'Open the audit trail without filters and set them again.',
  about: `The URL of the audit page has an unknown filter (\`f.…\`) or an invalid position. It is rejected instead of ignored, since the page would otherwise
show more entries than expected. Unrelated parameters (\`utm_source\`) are ignored. Known filters with invalid values are reported on the page.`,
});

export const entryNotStored = defineError('RIO-AUDIT-NOT-STORED', {
  status: 500,
  problem: 'This could not be recorded in the audit trail.',
  why: 'No change is saved without an entry in the audit trail. Nothing was saved.',
  fix: 'Contact your administrator.',
  about: `The database rejected an entry of the audit trail, or a rule or trigger on the table \`rustio_audit\` discarded it. The change was rolled back. The database error
is in the log; \`npx rustio-admin doctor\` lists rules, triggers and columns that the migrations did not create.`,
});

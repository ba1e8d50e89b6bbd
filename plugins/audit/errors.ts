import { defineError } from '../../core/errors/define-error.ts';

export const invalidAuditFilter = defineError<{ name: string }>('RIO-AUDIT-FILTER', {
  status: 400,
  problem: 'This link contains an invalid filter.',
  why: ({ name }) => `The filter "${name}" is unknown or has an invalid value.`,
  fix: 'Open the audit trail without filters and set them again.',
  about: `The URL of the audit page has an unknown filter (\`f.…\`) or an invalid position. It is rejected instead of ignored, since the page would otherwise
show more entries than expected. Parameters of other programs (\`utm_source\`) are ignored. Known filters with invalid values are reported on the page.`,
});

export const entryNotStored = defineError<{ event: string }>('RIO-AUDIT-NOT-STORED', {
  problem: 'The audit trail did not store an entry.',
  why: ({ event }) =>
    `The database accepted the entry for the event "${event}" but did not store it, because of a rule or a trigger.`,
  fix: 'Run: npx rustio-admin doctor. It names the rule or trigger on the table rustio_audit; remove it.',
  about: `A rule or trigger on the table of the audit trail discarded an entry without an error. The change was rolled back, because no change is saved without an audit entry.`,
});

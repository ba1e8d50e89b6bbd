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

export const trailChanged = defineError<{ count: number }>('RIO-AUDIT-CHANGED', {
  exitCode: 4,
  problem: ({ count }) => `The audit trail differs from its seals. Findings: ${count}.`,
  why: 'Entries, seals or their tables were changed outside the application.',
  fix: 'Keep the database as it is, and compare the entries named above with a backup.',
  about: `\`npx rustio-admin audit verify\` found entries, counts, seals, erasures or tables that are not as they were when they were sealed.
Only someone with the rights of the tables' owner can cause this. See [the audit trail](audit.md#findings).`,
});

export const invalidAnchor = defineError<{ anchor: string }>('RIO-AUDIT-ANCHOR', {
  exitCode: 2,
  problem: ({ anchor }) => `"${anchor}" is not an anchor.`,
  why: 'An anchor is the hash of a seal (64 hexadecimal digits), or a file that audit anchor wrote.',
  fix: 'Check the path, or copy the hash again.',
  about: 'The value of `--anchor` of `npx rustio-admin audit verify` is neither a hash nor a readable file of anchors.',
});

export const nothingSealed = defineError('RIO-AUDIT-NO-SEAL', {
  problem: 'The audit trail has no seal yet.',
  why: 'There are no entries, or none of them has been sealed.',
  fix: 'Run: npx rustio-admin audit seal.',
  about: 'An anchor is the hash of the last seal, and there is none. Running processes seal entries every minute.',
});

export const anchorNotWritten = defineError<{ file: string }>('RIO-AUDIT-ANCHOR-FILE', {
  problem: ({ file }) => `The anchor could not be appended to ${file}.`,
  why: 'The folder does not exist, or the file cannot be written.',
  fix: 'Check the path and its permissions.',
  about: 'The file in `--file` of `npx rustio-admin audit anchor` could not be written. Nothing was sent.',
});

export const noAnchorMail = defineError('RIO-AUDIT-NO-MAIL', {
  exitCode: 2,
  problem: 'The anchor cannot be sent.',
  why: 'The plugin mail is disabled.',
  fix: 'Enable it, or use --file.',
  about: '`npx rustio-admin audit anchor --mail ADDRESS` needs the plugin `mail`.',
});

export const exportNotWritten = defineError<{ file: string }>('RIO-AUDIT-EXPORT-FILE', {
  problem: ({ file }) => `The file ${file} could not be created.`,
  why: 'It exists already, or its folder does not exist or cannot be written.',
  fix: 'Choose another file.',
  about: '`npx rustio-admin audit export FILE` creates a new file and does not overwrite an existing one.',
});

export const notAnExport = defineError<{ file: string; line: number }>('RIO-AUDIT-NOT-AN-EXPORT', {
  exitCode: 2,
  problem: ({ file }) => `${file} is not an export of the audit trail.`,
  why: ({ line }) => `Line ${line} cannot be read.`,
  fix: 'Check the path, or copy the file again.',
  about: `\`npx rustio-admin audit verify-export FILE\` reads files that \`audit export\` wrote. This one does not exist, is incomplete in the middle of a line, or
has lines of another format.`,
});

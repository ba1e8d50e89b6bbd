// Errors of reading and writing rows: `core/query` and `core/write`.

import { defineError } from './define-error.ts';

export const listFieldHidden = defineError('RIO-LIST-FIELD', {
  problem: 'A list was filtered or sorted by a field that this user does not have permission to view.',
  why: 'The rows and their order would reveal the values of the field.',
  fix: 'Parse the query string with `records.parseListQuery()`, which rejects such a field as if it did not exist.',
  about: `Code filtered or sorted a list by a field that the user does not have permission to view: the rows and their order would reveal its
values. Parse query strings with \`records.parseListQuery()\`, which rejects such a field as if it did not exist.`,
});

export const queryTooSlow = defineError('RIO-LIST-SLOW', {
  status: 503,
  problem: 'The query took too long and was cancelled.',
  why: 'Queries for a page are limited to two seconds.',
  fix: 'Add a filter or use a longer search term.',
  about: `The response has the header \`Retry-After\`. The query of a list took longer than two seconds, usually because it searches or sorts a large table
without an index. To fix this permanently, set \`index: 'search'\` on the searched field and \`index: true\` on the sorted or filtered field. Each user can run four queries at once; more are
queued.`,
});

export const changeRejected = defineError('RIO-WRITE-REJECTED', {
  status: 422,
  problem: 'The database rejected this change.',
  why: 'A database constraint or trigger rejected these values. Nothing was saved.',
  fix: 'Go back, correct the values and save again.',
  about: `The database rejected a change: a constraint, a trigger, a rule, an index size limit or the encoding of the database. Forms show the error next to the fields. This page
appears if a plugin's own page made the change, or if the error occurred at commit. In JSON, \`issues\` lists the fields. Nothing was saved.`,
});

export const permissionMissing = defineError<{ reason: string }>('RIO-DATABASE-PERMISSION', {
  status: 403,
  problem: 'The application does not have permission to do this in the database.',
  why: ({ reason }) => `Its database role lacks a required privilege. Nothing was saved. ${reason}`.trim(),
  fix: 'Ask your administrator to grant the privilege to the role in DATABASE_URL.',
  about: `The database role of the application lacks a privilege, such as \`insert\` on a table or \`usage\` on a sequence. The table is named on the page in development, and in the log in
production. See [database privileges](existing-database.md#database-privileges).`,
});

export const dataNotReady = defineError('RIO-DATABASE-NOT-READY', {
  status: 503,
  problem: 'This data is not available at the moment.',
  why: 'It comes from a materialized view that has not been populated yet.',
  fix: 'Try again later. If the problem persists, contact your administrator.',
  about: `The response has the header \`Retry-After\`. A materialized view has no data yet: run \`refresh materialized view\`. PostgreSQL's message is in the log.`,
});

export const dataUnreadable = defineError('RIO-DATABASE-DATA', {
  status: 500,
  problem: 'The database could not compute this data.',
  why: 'A view, a function, a policy or a foreign server of the database failed.',
  fix: 'Contact your administrator. If this is a list, try a filter that excludes the affected records.',
  about: `Reading a table or view failed inside the database, for example in a view that divides by zero, a function that raises an error, a row-level security policy that refers to itself, or a foreign server. PostgreSQL's message is in the log.`,
});

export const unknownEvent = defineError<{ name: string }>('RIO-EVENT-UNKNOWN', {
  problem: ({ name }) => `The event "${name}" cannot be recorded: no enabled plugin declares it.`,
  why: 'Only events that are listed in the `events` of an enabled plugin can be recorded. The transaction was rolled back.',
  fix: ({ name }) => `Add "${name}" to the \`events\` of the plugin.`,
  about: `Code tried to record an event that is not listed in the \`events\` of an enabled plugin. The transaction was rolled back. Add the name to the
plugin that records it, and its data type to \`EventData\`.`,
});

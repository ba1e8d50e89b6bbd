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
  about: `The database rejected a change: a constraint, a trigger, a rule, a limit of an index or the encoding of the database. Forms show this at
the fields; this page appears where a page of a plugin writes, or the error was raised when the transaction was committed. In JSON, \`issues\` has
the fields. Nothing was saved.`,
});

export const permissionMissing = defineError<{ reason: string }>('RIO-DATABASE-PERMISSION', {
  status: 403,
  problem: 'The application does not have permission to do this in the database.',
  why: ({ reason }) => `Its role lacks a permission that is needed here. Nothing was saved. ${reason}`.trim(),
  fix: 'Ask your administrator to grant it to the role in DATABASE_URL.',
  about: `The database role of the application lacks a grant, such as \`insert\` on a table or \`usage\` on a sequence. In development the page
names the table; in production the log does. [existing-database.md](existing-database.md) lists the grants that are needed.`,
});

export const dataNotReady = defineError('RIO-DATABASE-NOT-READY', {
  status: 503,
  problem: 'This data is not available at the moment.',
  why: 'The database has not prepared it yet, such as a materialized view that has never been refreshed.',
  fix: 'Try again later. If the problem persists, contact your administrator.',
  about: `The response has the header \`Retry-After\`. A materialized view has no data yet: run \`refresh materialized view\`. The log has the message of PostgreSQL.`,
});

export const dataUnreadable = defineError('RIO-DATABASE-DATA', {
  status: 500,
  problem: 'The database could not compute this data.',
  why: 'A view, a function, a policy or a foreign server of the database failed.',
  fix: 'Contact your administrator. A list may open with a filter that leaves the failing records out.',
  about: `500. Reading a table or view failed in code of the database: a view that divides by zero, a function that raises an error, a policy of
row-level security that refers to itself, a foreign server. The log has the message of PostgreSQL.`,
});

export const unknownEvent = defineError<{ name: string }>('RIO-EVENT-UNKNOWN', {
  problem: ({ name }) => `The event "${name}" is recorded, but no plugin declares it.`,
  why: 'Only events that are listed in the `events` of an enabled plugin can be recorded. The transaction was rolled back.',
  fix: ({ name }) => `Add "${name}" to the \`events\` of the plugin.`,
  about: `Code records an event that is not listed in the \`events\` of an enabled plugin. The transaction was rolled back. Add the name to the
plugin that records it, and its data type to \`EventData\`.`,
});

// Errors of requests and views.
import { defineError } from './define-error.ts';

/**
 * Thrown by a page for a record that does not exist or that the user does not have permission to see. Users cannot tell the two
 * apart.
 *
 * @example
 * const order = await app.records.get(ctx.state.actor, Order, key);
 * if (order === undefined) throw notFound();
 */
export const notFound = defineError('RIO-HTTP-NOT-FOUND', {
  status: 404,
  problem: 'Page not found.',
  why: 'It was deleted, it never existed, or you do not have access to it.',
  fix: 'Check the URL, or go to the dashboard.',
  about:
    'The page or record does not exist, or the user does not have access to it. These cases look the same, so that no one can find out which records exist.',
});

/** `method` is `…` if it is not a plain word, `format` what the routes of the path respond with: `json` or `html`. */
export const methodNotAllowed = defineError<{ method: string; allowed: string; format: string }>('RIO-HTTP-METHOD', {
  status: 405,
  problem: ({ method }) => `${method === '…' ? 'This method' : method} is not allowed for this URL.`,
  why: ({ allowed }) => `Allowed: ${allowed}.`,
  fix: ({ allowed, format }) =>
    format === 'json' ? `Use one of these methods: ${allowed}.` : 'Use the links and forms on the pages.',
  about: 'The `Allow` header lists the allowed methods.',
});

/** `by`: `token` on routes whose schemes browsers do not send automatically, else `session`. */
export const signInRequired = defineError<{ by: 'session' | 'token' }>('RIO-HTTP-SIGN-IN', {
  status: 401,
  problem: ({ by }) => (by === 'token' ? 'Authentication is required.' : 'You are not signed in.'),
  why: ({ by }) =>
    by === 'token'
      ? 'The request has no valid token.'
      : 'This page requires you to be signed in, and your session may have ended.',
  fix: ({ by }) => (by === 'token' ? 'Send a valid token with the request.' : 'Sign in and try again.'),
  about:
    'Sent when a request that accepts JSON is not signed in, or when a token route receives no valid token. Browsers are redirected to the sign-in page instead (303).',
});

/**
 * Thrown by a page if the user does not have permission for the request: 403. Prefer the route's `access`, which is checked before
 * anything is read.
 *
 * @example
 * if (!app.policy.may(ctx.state.actor, 'change', model)) throw forbidden();
 */
export const forbidden = defineError('RIO-HTTP-FORBIDDEN', {
  status: 403,
  problem: 'You do not have permission to do this.',
  why: 'Your account does not have the required permission.',
  fix: 'Ask an administrator for access.',
  about:
    'The user does not have the required role or permission. `npx rustio-admin routes` lists the access of each route; grant permissions to groups with `npx rustio-admin group grant`.',
});

/** `suggestion`: a sentence that names a similar permission, or an empty string. */
export const unknownPermission = defineError<{ permission: string; suggestion: string }>('RIO-HTTP-PERMISSION', {
  problem: ({ permission, suggestion }) => `The permission "${permission}" does not exist.${suggestion}`,
  why: 'The code of this page checks it, but no model or enabled plugin declares it.',
  fix: 'Fix the name passed to `app.access.decide`, or declare it in the `permissions` of a plugin.',
  about:
    'The code of a page passed a permission to `app.access.decide` that no model or enabled plugin declares. The message suggests a similar name. In production users see RIO-HTTP-UNEXPECTED, and the log contains the name.',
});

export const gateClosed = defineError('RIO-HTTP-GATE', {
  status: 403,
  problem: 'Your sign-in is not complete.',
  why: 'One more step is required before you can continue.',
  fix: 'Open the application in a browser and complete the sign-in.',
  about:
    'Sent as JSON. The user is signed in, but a step is still required, such as a second factor. Pages redirect to that step instead.',
});

export const foreignOrigin = defineError('RIO-HTTP-ORIGIN', {
  status: 403,
  problem: 'This request did not come from a page of this application.',
  why: 'Changes are accepted only from its own pages, to prevent other sites from making changes on your behalf.',
  fix: 'Open the page in this application and submit the form again. If the problem persists, contact your administrator.',
  about:
    'A form was posted from a page outside this application; this protects users from cross-site request forgery. The check uses the headers `Sec-Fetch-Site` and `Origin`. If your own pages get this error, `PUBLIC_URL` is not the URL that users open: behind a proxy it must be the external one.',
});

export const wrongFormToken = defineError('RIO-HTTP-FORM-TOKEN', {
  status: 403,
  problem: 'This form belongs to another session.',
  why: 'You signed in again after this page was opened, or the form is not from this application.',
  fix: 'Go back, reload the page and submit the form again.',
  about:
    'Every form of a signed-in user has a CSRF token of the session; this request has none, an invalid one, or that of another session. It happens when users sign in again in another window: reloading the page fixes it. Scripts send the token of the page in the header `X-CSRF-Token`.',
});

export const unreadableBody = defineError('RIO-HTTP-BODY', {
  status: 400,
  problem: 'The request body could not be read.',
  why: 'It is incomplete, or its encoding does not match its headers.',
  fix: 'Submit the form again.',
  about: 'The request body is incomplete, or its encoding does not match its headers.',
});

/** `reason`: the parser's message. */
export const invalidJson = defineError<{ reason: string }>('RIO-HTTP-JSON', {
  status: 400,
  problem: 'The request body is not valid JSON.',
  why: ({ reason }) => reason,
  fix: 'Fix the JSON and send the request again.',
  about:
    'The body of a route that reads JSON is empty, is not valid JSON, has a `__proto__` key, or is nested more than 100 levels deep. The reason is part of the message.',
});

const invalidRequest = {
  problem: 'The request is not valid.',
  why: ({ reason }: { reason: string }) => reason,
  fix: 'Fix the values listed above and send the request again.',
};

/** The query does not match the schema of the route. `reason`: its issues in one text. */
export const invalidQuery = defineError<{ reason: string }>('RIO-HTTP-INPUT', {
  ...invalidRequest,
  status: 400,
  about:
    'Status 400 is for the query, 422 for the body. The request does not match the schema that the route declares as `query` or `input`. A JSON response lists what is wrong in `error.issues`, each with its `path` and `message`.',
});

/** The body does not match the schema of the route. */
export const invalidInput = defineError<{ reason: string }>('RIO-HTTP-INPUT', { ...invalidRequest, status: 422 });

/** `accepted`: the content types that the route accepts. */
export const unsupportedMediaType = defineError<{ accepted: string }>('RIO-HTTP-MEDIA', {
  status: 415,
  problem: 'Unsupported content type.',
  why: ({ accepted }) => `This page accepts ${accepted}.`,
  fix: 'Use the form on the page, or send the request with an accepted content type.',
  about:
    "The endpoint does not accept the content type of the body. Forms accept `application/x-www-form-urlencoded`, and `multipart/form-data` only if the form has files (`body: { files: '10 MB' }` of its route, or a file or image field in its model). Other routes accept JSON, text or any bytes, as set in their `body`. Compressed request bodies are not supported.",
});

/** `max`: the limit as text, such as `5 MB`. */
export const bodyTooLarge = defineError<{ max: string }>('RIO-HTTP-TOO-LARGE', {
  status: 413,
  problem: 'The request is too large.',
  why: ({ max }) => `The limit is ${max}.`,
  fix: 'Send less data at once.',
  about:
    "The request is larger than the limit: 1 MB, or 16 KB for routes with open access, unless the route sets a different limit (`body: { limit: '5 MB' }`).",
});

export const tooManyFields = defineError<{ max: number }>('RIO-HTTP-TOO-MANY-FIELDS', {
  status: 413,
  problem: 'The form has too many fields.',
  why: ({ max }) => `The limit is ${max}.`,
  fix: 'Send less data at once.',
  about: 'The form has more fields than the limit: 5,000, unless the route sets another one.',
});

export const tooManyFiles = defineError<{ max: number }>('RIO-HTTP-TOO-MANY-FILES', {
  status: 413,
  problem: 'Too many files.',
  why: ({ max }) => `The limit is ${max}.`,
  fix: 'Upload fewer files at once.',
  about: 'The form has more files than the limit: one per field, or 20 if the route does not list fields.',
});

export const databaseUnavailable = defineError('RIO-HTTP-UNAVAILABLE', {
  status: 503,
  problem: 'The database is currently unavailable.',
  why: 'It is restarting, or the connection was lost. Saved data is not affected.',
  fix: 'Wait a moment and try again. If the problem persists, contact your administrator.',
  retry: 'In a few seconds.',
  about:
    'The response has the header `Retry-After`. The database cannot be reached or is restarting. Saved data is not affected; the submitted form was not saved. If the connection is lost at the moment of saving, the error is [RIO-DATABASE-COMMIT](#rio-database-commit). A statement that code of your own runs outside a transaction may have been executed although its response was lost: make changes in `database.transaction`.',
});

export const queryTimedOut = defineError('RIO-HTTP-SLOW', {
  status: 503,
  problem: 'The request took too long and was cancelled.',
  why: 'The database query exceeded the time limit for a page.',
  fix: 'Add a filter or use a longer search term.',
  about:
    'The response has the header `Retry-After`. A query exceeded the time limit for a page and was cancelled. An index on the filtered or sorted field usually fixes this.',
});

export const databaseFull = defineError('RIO-HTTP-DISK-FULL', {
  status: 503,
  problem: 'The database is out of disk space.',
  why: 'The disk of the database server is full. Your changes were not saved; existing data is not affected.',
  fix: 'Ask your administrator to free disk space, then submit the form again.',
  about:
    'The response has the header `Retry-After`. The disk of the database server is full. The change was rolled back; existing data is safe and can be read. Free disk space: the next request works without a restart, even if PostgreSQL had stopped. If the embedded server stopped, it is restarted automatically.',
});

/** Only in development. In production, the details are in the log. */
export const queryTableMissing = defineError<{ reason: string }>('RIO-HTTP-TABLES', {
  status: 500,
  problem: 'A query does not fit the tables of the database.',
  why: ({ reason }) => `PostgreSQL reports: ${reason}`,
  fix: 'If a model has this table or column, run `npx rustio-admin migrate make`, review the new file, then run `npx rustio-admin migrate`; for a table of another program, `npx rustio-admin doctor` compares the types. Otherwise fix the SQL that refers to it: a row rule (`defineRules`), a policy or your own query.',
  about:
    'In development only: a query uses a table or column that does not exist, or has another type than its model declares; the page shows the message of PostgreSQL. Either the models have changed, or a migration is pending: `npx rustio-admin migrate make` generates it, `npx rustio-admin migrate` applies it. Otherwise the SQL of a row rule (`defineRules`), of a policy of a plugin or of your own query contains a wrong name or type. In production users see RIO-HTTP-UNEXPECTED, and the log has the details; `/readyz` and `doctor` list pending migrations.',
});

export const deadlocked = defineError('RIO-HTTP-BUSY', {
  status: 503,
  problem: 'Your changes conflicted with another change and were not saved.',
  why: 'Two changes to the same records blocked each other, so this one was cancelled.',
  fix: 'Submit the form again.',
  about:
    'The response has the header `Retry-After`. Two transactions deadlocked, PostgreSQL rolled this one back, and automatic retries failed. Nothing was saved; submit the form again.',
});

export const recordLocked = defineError('RIO-HTTP-LOCKED', {
  status: 503,
  problem: 'These records are being changed at the moment.',
  why: 'Another change to the same records has not finished yet. Your changes were not saved.',
  fix: 'Wait a moment and submit the form again.',
  about:
    'The response has the header `Retry-After`. A row that the change needs is locked by another transaction, and was not released within five seconds. Nothing was saved. If it happens often, look for long transactions in `pg_stat_activity`.',
});

export const changesUnavailable = defineError('RIO-HTTP-READ-ONLY', {
  status: 503,
  problem: 'Changes cannot be saved at the moment.',
  why: 'The database is read-only: it is being maintained, or has moved to another server. Pages can be read. Your changes were not saved.',
  fix: 'Try again later. If the problem persists, contact your administrator.',
  about:
    'The response has the header `Retry-After`. The database is read-only: a standby after a failover, `default_transaction_read_only`, or a managed service whose disk is full. Pages can be read, but nothing can be saved, and nobody can sign in.',
});

export const tooManyChanges = defineError('RIO-HTTP-QUEUE', {
  status: 503,
  problem: 'Too many changes are being saved at the moment.',
  why: 'Other changes are waiting to be saved before this one. Your changes were not saved.',
  fix: 'Wait a moment and submit the form again.',
  about:
    'The response has the header `Retry-After`. Too many changes of one user were queued, or a change waited more than ten seconds for a database connection. The remaining connections are reserved for sign-ins and reads. If it happens often, raise `DATABASE_POOL`.',
});

export const tooMuchAtOnce = defineError('RIO-HTTP-MEMORY', {
  status: 503,
  problem: 'Too much data is being received at the moment.',
  why: 'Other requests are using the memory that is reserved for it.',
  fix: 'Wait a moment and send the request again.',
  about:
    'The response has the header `Retry-After`. Request bodies of signed-in users share 100 MB of memory; those of anonymous users share a separate 16 MB. Files do not count. No changes were made.',
});

/** Shown to users instead of an error without a status. */
export const unexpectedError = defineError('RIO-HTTP-UNEXPECTED', {
  status: 500,
  problem: 'An unexpected error occurred.',
  why: 'Your changes may not have been saved. Check before you submit them again.',
  fix: 'Try again. If it happens again, contact your administrator and include the request ID below.',
  about:
    'The page shows no details, only a request ID, which is the `correlationId` in the log. An open transaction was rolled back; changes that were committed before the error are kept.',
});

/** `suggestion`: the name of a similar view, or an empty string. */
export const unknownView = defineError<{ view: string; suggestion: string }>('RIO-VIEW-UNKNOWN', {
  problem: ({ view }) => `The view "${view}" does not exist.`,
  why: 'Views are loaded from the `templates` folders of the plugins and the project.',
  fix: ({ suggestion }) => (suggestion === '' ? 'Check the name.' : `Did you mean "${suggestion}"?`),
  about:
    'Code renders a view that is not in any `templates` folder. The view `notes/list` is the file `list.ejs` in the folder of the plugin `notes`, or `templates/notes/list.ejs` in the project.',
});

export const invalidView = defineError<{ view: string; reason: string; file: string }>('RIO-VIEW-COMPILE', {
  problem: ({ view }) => `The view "${view}" could not be compiled.`,
  why: ({ reason }) => reason,
  fix: ({ file }) => `Fix ${file}.`,
  about:
    'An EJS file has a syntax error. The message gives its path. It is often a project template that overrides a template of a plugin.',
});

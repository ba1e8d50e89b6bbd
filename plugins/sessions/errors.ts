import { defineError } from '../../core/errors/define-error.ts';

export const sessionColumnFailed = defineError<{ name: string; plugin: string; reason: string }>('RIO-SESSION-COLUMN', {
  problem: ({ name, plugin }) =>
    `The session column "${name}" of the plugin ${plugin} failed, so signed-in users cannot use the application.`,
  why: ({ reason }) => `The expression or its schema failed: ${reason}`,
  fix: ({ name, plugin }) =>
    `Fix the expression or the schema of "${name}", apply the plugin's migrations, or disable the plugin ${plugin}. Then run \`npx rustio-admin doctor\`, which tests every column.`,
  about: `An expression that a plugin contributes to \`session.columns\` failed, or its value does not match its schema. It is part of the statement that
finds a session, so no signed-in user can open a page until it is fixed. The message names the column, the plugin and PostgreSQL's reason;
\`npx rustio-admin doctor\` tests every column. Often a migration of that plugin has not been applied.`,
});

export const sessionDataTooLarge = defineError<{ size: number; max: number; names: string }>('RIO-SESSION-DATA', {
  problem: ({ size, max }) => `The session data is too large: ${size} bytes (the limit is ${max}).`,
  why: ({ names }) => `Session data is read on every request of the user. This request changed ${names}.`,
  fix: 'Store large values in your own table, and only their key in ctx.session.',
  about: `A request made \`ctx.session\` larger than 16 KB. Every request of the user reads it, so keep large values in a table and only their key in the
session. The previously saved session data is kept.`,
});

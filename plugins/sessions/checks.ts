import type { Check, CheckResult } from '../../core/command.ts';
import type { AnySessionColumn } from './extension-points.ts';
import { columnFailure, ownerOfColumn } from './load-session.ts';
import { newToken } from './token.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const cookie: Check = {
  name: 'session-cookie',
  needs: 'config',
  async run({ app }): Promise<CheckResult> {
    const { protocol, hostname } = new URL(app.urls.publicOrigin);
    if (protocol === 'https:') return { status: 'ok', message: 'The session cookie is sent over TLS only.' };
    if (LOOPBACK.test(hostname))
      return { status: 'note', message: 'The session cookie is not Secure because the public URL is local.' };
    return {
      status: app.environment.production ? 'failed' : 'warning',
      message: `The session cookie is sent unencrypted: the public URL is ${app.urls.publicOrigin}.`,
      fix: 'Serve the application over TLS and set PUBLIC_URL to the https URL.',
    };
  },
};

/** A failing column would break every request of signed-in users and no other, so it is tested here. */
const columns: Check = {
  name: 'session-columns',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    const failed: string[] = [];
    const contributed: readonly AnySessionColumn[] = app.contributions('session.columns');
    for (const column of contributed) {
      // No session has this token: PostgreSQL checks all names and types but reads no row.
      const reason = await columnFailure(app, database, newToken(), column);
      if (reason !== undefined)
        failed.push(`"${column.name}" of the plugin ${ownerOfColumn(app, column.name)}: ${reason}`);
    }
    if (failed.length === 0) return { status: 'ok', message: 'The session query works.' };
    return {
      status: 'failed',
      message: `Signed-in users cannot use the application because a session column fails. ${failed.join('; ')}`,
      fix: 'Fix the expression, apply the migrations of the plugin, or disable it.',
    };
  },
};

export const checks: readonly Check[] = [cookie, columns];

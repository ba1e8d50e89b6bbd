import type { Check, CheckResult } from '../../core/plugin.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const cookie: Check = {
  name: 'session-cookie',
  needs: 'config',
  async run({ app }): Promise<CheckResult> {
    if (!app) return { status: 'note', says: 'Not asked: the application could not be opened.' };
    const { protocol, hostname } = new URL(app.urls.publicOrigin);
    if (protocol === 'https:') return { status: 'ok', says: 'The session cookie travels over TLS only.' };
    if (LOOPBACK.test(hostname))
      return { status: 'note', says: 'The session cookie is not Secure, as the address is local.' };
    return {
      status: app.environment.production ? 'failed' : 'warning',
      says: `The session cookie travels in the clear: people come over ${app.urls.publicOrigin}.`,
      fix: 'Put TLS in front of it and set PUBLIC_URL to the https address.',
    };
  },
};

export const checks: readonly Check[] = [cookie];

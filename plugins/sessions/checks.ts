import type { Check, CheckResult } from '../../core/command.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const cookie: Check = {
  name: 'session-cookie',
  needs: 'config',
  async run({ app }): Promise<CheckResult> {
    const { protocol, hostname } = new URL(app.urls.publicOrigin);
    if (protocol === 'https:') return { status: 'ok', message: 'The session cookie travels over TLS only.' };
    if (LOOPBACK.test(hostname))
      return { status: 'note', message: 'The session cookie is not Secure, as the address is local.' };
    return {
      status: app.environment.production ? 'failed' : 'warning',
      message: `The session cookie travels in the clear: people come over ${app.urls.publicOrigin}.`,
      fix: 'Put TLS in front of it and set PUBLIC_URL to the https address.',
    };
  },
};

export const checks: readonly Check[] = [cookie];

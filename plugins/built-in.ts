import type { Plugin } from '../core/plugin.ts';
import { accounts } from './accounts/index.ts';
import { admin } from './admin/index.ts';
import { audit } from './audit/index.ts';
import { auth } from './auth/index.ts';
import { jobs } from './jobs/index.ts';
import { mail } from './mail/index.ts';
import { mfa } from './mfa/index.ts';
import { recovery } from './recovery/index.ts';
import { sessions } from './sessions/index.ts';
import { theme } from './theme/index.ts';
import { tokens } from './tokens/index.ts';

/**
 * The built-in plugins in their fixed order. Each can use only earlier ones that it lists under `requires`. Extension points,
 * migrations and gates follow this order; the project's own plugins come last.
 */
export const builtIn: readonly Plugin[] = [
  auth,
  sessions,
  jobs,
  mail,
  recovery,
  mfa,
  tokens,
  audit,
  theme,
  admin,
  accounts,
];

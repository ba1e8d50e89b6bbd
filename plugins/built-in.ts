import type { Plugin } from '../core/plugin.ts';
import { admin } from './admin/index.ts';
import { audit } from './audit/index.ts';
import { auth } from './auth/index.ts';
import { sessions } from './sessions/index.ts';
import { theme } from './theme/index.ts';

/**
 * The built-in plugins in their fixed order. Each may use those before it that its `requires` names, and none after it.
 * Extension points, migrations and gates follow this order; a project's own plugins come after.
 */
export const builtIn: readonly Plugin[] = [auth, sessions, audit, theme, admin];

// `rustio-admin/mfa`: for plugins that depend on second factors, or have a kind of their own.

export { hasFactor } from './factors.ts';
export type { MfaOptions } from './options.ts';
export { completeVerification } from './verify.ts';

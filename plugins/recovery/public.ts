// `rustio-admin/recovery`: for plugins with a second factor that can be removed from an account.

export type { RecoverableFactor } from './factors.ts';

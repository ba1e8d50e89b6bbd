// `rustio-admin/accounts`: for plugins that add to the pages of accounts.

export type { ProfileSection } from './profile-pages.ts';

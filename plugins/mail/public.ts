// `rustio-admin/mail`: for plugins that send emails.

export { isAddress } from './address.ts';
export type { MailMessage } from './compose.ts';
export type { Mail } from './send.ts';

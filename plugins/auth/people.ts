import { sql } from 'slonik';
import type { PersonDirectory } from '../../core/services.ts';
import { parseEmail } from './email-address.ts';

/** Accounts by e-mail address, whatever its case. */
export const people: PersonDirectory = {
  names: 'email',
  idOf(name) {
    const email = parseEmail(name);
    return email.ok
      ? sql.fragment`select u.id from rustio_user u where lower(u.email) = lower(${email.value})`
      : undefined;
  },
};

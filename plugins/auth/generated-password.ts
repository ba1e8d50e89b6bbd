import { randomInt } from 'node:crypto';

/** Lower case, and without what looks alike (i l 1, o 0): it is read from a terminal and typed by hand. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/**
 * A password of 99 bits that is easy to type: `k7mwp-3xq9d-hv2ja-8rtne`.
 *
 * @example
 * const password = generatePassword();
 */
export function generatePassword(): string {
  return Array.from({ length: GROUPS }, group).join('-');
}

function group(): string {
  return Array.from({ length: GROUP_LENGTH }, () => SIGNS[randomInt(SIGNS.length)]).join('');
}

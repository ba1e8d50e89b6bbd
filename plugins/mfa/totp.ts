// Time-based one-time passwords (RFC 6238) as authenticator apps compute them: SHA-1, six digits, 30 seconds. Apps ignore other
// parameters, or reject them. Both libraries are loaded when they are first needed.

import { randomBytes, timingSafeEqual } from 'node:crypto';

const ALGORITHM = 'SHA1';
const DIGITS = 6;
export const PERIOD_SECONDS = 30;
/** RFC 4226 recommends 160 bits. */
const SECRET_BYTES = 20;
/** Steps before and after the current one that are accepted, for clocks that differ and users who type slowly. */
const WINDOW = 1;

/** A new random secret in base32, as apps accept it when it is typed. */
export async function newSecret(): Promise<string> {
  const { Secret } = await import('otpauth');
  const { buffer } = Uint8Array.from(randomBytes(SECRET_BYTES));
  return new Secret({ buffer }).base32;
}

/** What the QR code of an enrolment contains: the secret, and the names under which the app lists it. */
export async function enrolmentUri(
  secret: string,
  { issuer, account }: { readonly issuer: string; readonly account: string },
): Promise<string> {
  const { Secret, TOTP } = await import('otpauth');
  return new TOTP({
    issuer,
    label: account,
    secret: Secret.fromBase32(secret),
    algorithm: ALGORITHM,
    digits: DIGITS,
    period: PERIOD_SECONDS,
  }).toString();
}

/** A QR code as an SVG element without style, which the Content-Security-Policy would block. */
export async function qrCode(text: string): Promise<string> {
  const { renderSVG } = await import('uqr');
  return renderSVG(text, { border: 2 }).replace(
    '<svg ',
    '<svg class="qr" width="200" height="200" aria-hidden="true" ',
  );
}

/** The time step of a moment in milliseconds. */
export function stepAt(now: number): number {
  return Math.floor(now / 1000 / PERIOD_SECONDS);
}

/** The code of a time step, for the digits of RFC 6238's examples and our tests. */
export async function codeOf(secret: string, step: number, digits = DIGITS): Promise<string> {
  const { HOTP, Secret } = await import('otpauth');
  return HOTP.generate({ secret: Secret.fromBase32(secret), algorithm: ALGORITHM, digits, counter: step });
}

/**
 * The time step that a typed code belongs to: the current one, or one before or after it. Undefined if it belongs to none of them, or
 * only to one that is not after `lastStep`, whose code was already used. Every step is compared, so the time reveals nothing.
 *
 * @example
 * await matchingStep(secret, '287082', { lastStep: 0, now: 59_000 }) // 1
 */
export async function matchingStep(
  secret: string,
  typed: string,
  { lastStep, now = Date.now() }: { readonly lastStep: number; readonly now?: number },
): Promise<number | undefined> {
  const code = Buffer.from(typed);
  if (code.length !== DIGITS) return undefined;
  let match: number | undefined;
  for (let step = stepAt(now) - WINDOW; step <= stepAt(now) + WINDOW; step += 1) {
    const isEqual = timingSafeEqual(code, Buffer.from(await codeOf(secret, step)));
    // fault: totp-step-again
    if (isEqual && step > lastStep) match = step;
  }
  return match;
}

import type { Routes } from '../../../core/http/route.ts';
import { NEW_PASSKEY_PAGE, VERIFY_PASSKEY } from '../policy.ts';
import {
  newPasskeyChallenge,
  newPasskeyForm,
  newPasskeyPage,
  passkeyPage,
  removePasskeyForm,
  renamePasskeyForm,
} from './account-pages.ts';
import { reauthenticationChallenge, secondFactorChallenge, secondFactorForm } from './factor-pages.ts';
import { passkeySignInForm, signInChallenge } from './sign-in-pages.ts';

/** The routes of passkeys. Those that send options for the browser create a challenge, so they are not GET requests. */
export function passkeyRoutes(routes: Routes): void {
  const json = { body: 'none', responses: [200, 404, 429, 503] } as const;
  // Responses of authenticators have at most a few thousand characters, which become longer in a form.
  // fault: passkey-body-without-limit
  const body = { limit: '24 KB', fields: 10 } as const;
  const open = { access: { open: true }, csrf: 'origin' } as const;
  routes.post('/login/passkey', { ...open, body: { fields: 10 }, responses: [401, 404, 429, 503] }, passkeySignInForm);
  routes.post('/login/passkey/challenge', { ...open, ...json }, signInChallenge);

  const signedIn = { access: { signedIn: true } } as const;
  routes.post(VERIFY_PASSKEY, { ...signedIn, body, responses: [429, 503] }, secondFactorForm);
  routes.post(`${VERIFY_PASSKEY}/challenge`, { ...signedIn, ...json }, secondFactorChallenge);
  // Wherever a gate leads users to the page on which they confirm their password.
  routes.post('/reauth/passkey/challenge', { ...signedIn, ...json, skipGates: 'all' }, reauthenticationChallenge);

  const recent = { access: { signedIn: true, recent: true } } as const;
  routes.get(NEW_PASSKEY_PAGE, { ...recent, responses: [404] }, newPasskeyPage);
  routes.post(NEW_PASSKEY_PAGE, { ...recent, body, responses: [404, 503] }, newPasskeyForm);
  routes.post(`${NEW_PASSKEY_PAGE}/challenge`, { ...recent, ...json }, newPasskeyChallenge);
  routes.get('/account/mfa/passkeys/:id', signedIn, passkeyPage);
  routes.post('/account/mfa/passkeys/:id', { ...recent, resumable: true, responses: [503] }, renamePasskeyForm);
  routes.post('/account/mfa/passkeys/:id/remove', { ...recent, responses: [503] }, removePasskeyForm);
}

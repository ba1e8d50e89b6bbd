import type { App } from '../../../core/app.ts';
import type { Context } from '../../../core/request/context.ts';
import { formatterFor, toIso } from '../../../core/view/formatter.ts';
import { VERIFY_PASSKEY } from '../policy.ts';

/** A button that asks for a passkey, in a form with the hidden field `passkey`; see `passkeys.js`. */
export interface PasskeyButton {
  readonly label: string;
  /** Where the script requests the options for the browser. */
  readonly url: string;
  /** Whether a passkey is created. */
  readonly isNew: boolean;
  /** What the script shows if the browser returns no passkey. */
  readonly cancelled: string;
  readonly exists: string;
  readonly failed: string;
}

/** A time, for `<time>`. */
export interface Moment {
  readonly iso: string;
  readonly text: string;
}

/** Formats times as PostgreSQL writes them. */
export function momentsOf(ctx: Context): (dbValue: string) => Moment {
  return (dbValue) => ({ iso: toIso(dbValue), text: formatterFor(ctx).timestamp(dbValue) });
}

/** The passkeys of a user. */
export interface PasskeysView {
  readonly passkeys: readonly PasskeyView[];
  /** Undefined if none can be added. */
  readonly newUrl: string | undefined;
}

interface PasskeyView {
  readonly name: string;
  /** Whether it is also stored elsewhere, such as in a password manager. */
  readonly backedUp: boolean;
  readonly added: Moment;
  readonly used: Moment | undefined;
  /** The page to rename it. */
  readonly url: string;
  readonly removeUrl: string;
}

/** A view with a list of passkeys. */
export interface WithPasskeys {
  readonly passkeys: PasskeysView;
}
/** A view with a button for a passkey. A type alias rather than an interface, because it passes through an extension point. */
export type WithPasskeyButton = { readonly button: PasskeyButton };

declare module '../../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/passkeys': WithPasskeys;
    'mfa/passkey-button': WithPasskeyButton;
  }
}

/** `url` is relative to the mount path, `label` is a message key. */
export function passkeyButton(
  { state: { t } }: Context,
  { urls }: Pick<App, 'urls'>,
  { url, label, isNew = false }: { readonly url: string; readonly label: string; readonly isNew?: boolean },
): PasskeyButton {
  return {
    label: t(label),
    url: urls.to(url),
    isNew,
    cancelled: t('mfa.passkeys.script.cancelled'),
    exists: t('mfa.passkeys.script.exists'),
    failed: t('mfa.passkeys.script.failed'),
  };
}

/** The form on the page of the second factor. */
export function passkeyForm(ctx: Context, app: Pick<App, 'urls'>): { readonly action: string } & WithPasskeyButton {
  return {
    action: app.urls.to(VERIFY_PASSKEY),
    button: passkeyButton(ctx, app, { url: `${VERIFY_PASSKEY}/challenge`, label: 'mfa.passkeys.verify' }),
  };
}

import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Issue } from '../../core/model/issue.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { lockAccount } from '../auth/account.ts';
import type { UserPanel } from '../auth/user-panels.ts';
import { deviceLabel } from '../sessions/device-name.ts';
import { signedInUser } from '../sessions/sign-in-pages.ts';
import { FEW_CODES } from './backup-codes.ts';
import { regenerateBackupCodes, removeTotp } from './enrolment.ts';
import { CODES_PAGE, enrollableUser } from './enrolment-pages.ts';
import { factorsOf } from './factors.ts';
import { rulesOf } from './options.ts';
import { passkeysView } from './passkeys/account-pages.ts';
import { type Moment, momentsOf, type WithPasskeys } from './passkeys/views.ts';
import { ENROLMENT_PAGE, graceEnd } from './policy.ts';
import { forgetDevices, listDevices, type RememberedDevice } from './remembered-device.ts';
import { showCodesOnce } from './shown-codes.ts';

interface MfaView extends PageData, WithPasskeys {
  readonly crumb: { readonly url: string; readonly label: string };
  /** When the authenticator app was set up; undefined without one. */
  readonly since?: Moment;
  readonly backupCodes: number;
  readonly isFew: boolean;
  /** Whether the policy requires a second factor. */
  readonly isRequired: boolean;
  /** Until when a required second factor must be set up. */
  readonly due?: Moment;
  readonly problem?: Issue;
  readonly enrolUrl: string;
  readonly codesUrl: string;
  readonly removeUrl: string;
  readonly devices: readonly DeviceView[];
  readonly hasFactor: boolean;
}

interface DeviceView {
  /** Browser and system. */
  readonly device: string;
  readonly since: Moment;
  readonly lastUsed: Moment;
  readonly expires: Moment;
  readonly forgetUrl: string;
}

/** A type alias rather than an interface, because it passes through an extension point. */
type PanelView = {
  readonly since: Moment | undefined;
  readonly passkeys: number;
  readonly backupCodes: number;
  readonly devices: number;
};

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/account': MfaView;
    'mfa/user-panel': PanelView;
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** GET /account/mfa */
export async function mfaPage(ctx: Context, app: App): Promise<void> {
  await show(ctx, app);
}

/** POST /account/mfa/remove */
export async function removeForm(ctx: Context, app: App): Promise<void> {
  const result = await removeTotp(ctx, app, enrollableUser(ctx, app));
  switch (result.outcome) {
    case 'required':
      ctx.status = 409;
      return show(ctx, app, { key: 'mfa.remove.required' });
    case 'missing':
      throw notFound();
    case 'done':
      flash(ctx, app, { tone: 'good', key: 'mfa.remove.done' });
      seeOther(ctx, app.urls.to('/account/mfa'));
  }
}

/** POST /account/mfa/codes */
export async function codesForm(ctx: Context, app: App): Promise<void> {
  const codes = await regenerateBackupCodes(ctx, app, enrollableUser(ctx, app));
  if (codes === undefined) throw notFound();
  showCodesOnce(ctx, app, codes);
  seeOther(ctx, app.urls.to(CODES_PAGE));
}

/** POST /account/mfa/devices/:id/forget */
export async function forgetDeviceForm(ctx: Context, app: App): Promise<void> {
  const id = ctx.state.params.id ?? '';
  if (!UUID.test(id) || (await forgetOwn(ctx, app, id)) === 0) throw notFound();
  flash(ctx, app, { tone: 'good', key: 'mfa.devices.forgotten', params: { n: 1 } });
  seeOther(ctx, app.urls.to('/account/mfa'));
}

/** POST /account/mfa/devices/forget-all */
export async function forgetDevicesForm(ctx: Context, app: App): Promise<void> {
  const n = await forgetOwn(ctx, app, null);
  flash(ctx, app, { tone: 'good', key: 'mfa.devices.forgotten', params: { n } });
  seeOther(ctx, app.urls.to('/account/mfa'));
}

function forgetOwn(ctx: Context, app: App, device: string | null): Promise<number> {
  const user = signedInUser(ctx);
  return app.writingFor(user).transaction(async (tx) => {
    await lockAccount(tx, user.id);
    const context = await app.events.currentContext(tx, auditContext(ctx));
    return context ? forgetDevices(tx, context, app, user.id, 'user_requested', device) : 0;
  });
}

async function show(ctx: Context, app: App, problem?: Issue): Promise<void> {
  const { t } = ctx.state;
  const user = enrollableUser(ctx, app);
  const query = app.readingFor(user);
  const { policy, graceDays } = rulesOf(app.options('mfa'), user.role);
  const { totpSince, backupCodes } = await factorsOf(query, user.id);
  const passkeys = await passkeysView(ctx, app, user);
  const hasOther = passkeys.passkeys.length > 0;
  const hasFactor = totpSince !== null || hasOther;
  const isRequired = policy === 'required';
  const due = isRequired && !hasFactor ? await graceEnd(query, user.id, graceDays) : null;
  const devices = await listDevices(query, user.id);
  const moment = momentsOf(ctx);
  app.views.page(ctx, 'mfa/account', {
    title: t('mfa.title'),
    crumb: { url: app.urls.to('/account'), label: t('sessions.account.title') },
    ...(totpSince !== null && { since: moment(totpSince) }),
    backupCodes,
    isFew: hasFactor && backupCodes <= FEW_CODES,
    isRequired: isRequired && !hasOther,
    hasFactor,
    passkeys,
    ...(due !== null && { due: moment(due) }),
    ...(problem && { problem }),
    enrolUrl: app.urls.to(ENROLMENT_PAGE),
    codesUrl: app.urls.to('/account/mfa/codes'),
    removeUrl: app.urls.to('/account/mfa/remove'),
    devices: devices.map((device) => deviceView(ctx, app, device)),
  });
}

function deviceView(ctx: Context, app: App, device: RememberedDevice): DeviceView {
  const moment = momentsOf(ctx);
  return {
    device: deviceLabel(ctx.state.t, device.user_agent),
    since: moment(device.created_at),
    lastUsed: moment(device.last_used_at),
    expires: moment(device.expires_at),
    forgetUrl: app.urls.to(`/account/mfa/devices/${device.id}/forget`),
  };
}

/** Whether a user has a second factor, on their page. */
export const userPanel: UserPanel = {
  name: 'mfa',
  title: 'mfa.title',
  view: 'mfa/user-panel',
  place: 'aside',
  access: { role: 'administrator' },
  async load(ctx, app, userId): Promise<PanelView> {
    const query = app.readingFor(ctx.state.actor);
    const { totpSince, passkeys, backupCodes } = await factorsOf(query, userId);
    const devices = await listDevices(query, userId);
    return {
      since: totpSince === null ? undefined : momentsOf(ctx)(totpSince),
      passkeys,
      backupCodes,
      devices: devices.length,
    };
  },
};

import type { App } from '../../core/app.ts';
import type { Contribution } from '../../core/extension-points.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { AnyModel } from '../../core/model/model.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { ViewData } from '../../core/request/views.ts';
import { User } from './models.ts';

/**
 * A panel on the page of an account: its sessions, its second factor. `access` decides who sees it, in addition to the permission
 * to view the account.
 *
 * @example
 * 'user.panels': [{
 *   name: 'second-factor',
 *   title: 'mfa.title',
 *   view: 'mfa/user-panel',
 *   access: { permission: 'mfa.manage' },
 *   load: async (ctx, app, userId) => ({ enrolled: await isEnrolled(app.readingFor(ctx.state.actor), userId) }),
 * }],
 */
export interface UserPanel extends Contribution {
  /** `main`: below the fields. `aside`: in the narrow column. @defaultValue 'main' */
  readonly place?: 'main' | 'aside';
  /** The heading: a message key or literal text. */
  readonly title?: string;
  /** The view receives the helpers of a page and the data from `load`. */
  readonly view: string;
  /** The data of the view; return `undefined` to omit the panel. */
  load(ctx: Context, app: App, userId: number): Promise<ViewData | undefined>;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'user.panels': UserPanel;
  }
}

/** A panel with the shape of `record.panels`, declared here because auth does not depend on the admin plugin. */
export interface PanelOfUser extends Omit<UserPanel, 'load'> {
  readonly models: readonly AnyModel[];
  load(ctx: Context, app: App, model: ModelInfo, record: FoundRecord): Promise<ViewData | undefined>;
}

/** The panels of `user.panels`, for pages of the model `user`. */
export function userRecordPanels(app: App): readonly PanelOfUser[] {
  return app.contributions('user.panels').map(({ load, name, ...panel }) => ({
    ...panel,
    // Prefixed because names must be unique within `record.panels`, to which other plugins contribute, too.
    name: `user-${name}`,
    models: [User],
    async load(ctx, _app, _model, record) {
      const userId = Number(record.key);
      return Number.isSafeInteger(userId) ? load(ctx, app, userId) : undefined;
    },
  }));
}

import type { App } from '../../core/app.ts';
import type { Contribution } from '../../core/extension-points.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { AnyModel } from '../../core/model/model.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { ViewData } from '../../core/request/views.ts';
import { User } from './models.ts';

/**
 * A panel on the page of an account: its sessions, its second factor. `access` decides who sees it; all of them have permission
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
  /** The heading: a key of the messages, or the text itself. */
  readonly title?: string;
  /** It gets the helpers of a page, and what `load` returns. */
  readonly view: string;
  /** The data of the view; `undefined` leaves the panel out. */
  load(ctx: Context, app: App, userId: number): Promise<ViewData | undefined>;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'user.panels': UserPanel;
  }
}

/** A panel in the form of `record.panels`; auth does not depend on the plugin that shows records. */
export interface PanelOfUser extends Omit<UserPanel, 'load'> {
  readonly models: readonly AnyModel[];
  load(ctx: Context, app: App, model: ModelInfo, record: FoundRecord): Promise<ViewData | undefined>;
}

/** The panels of `user.panels`, for the pages of the model `user`. */
export function userRecordPanels(app: App): readonly PanelOfUser[] {
  return app.contributions('user.panels').map(({ load, name, ...panel }) => ({
    ...panel,
    // Names are unique within `record.panels`, where other plugins put theirs.
    name: `user-${name}`,
    models: [User],
    async load(ctx, _app, _model, record) {
      const userId = Number(record.key);
      return Number.isSafeInteger(userId) ? load(ctx, app, userId) : undefined;
    },
  }));
}

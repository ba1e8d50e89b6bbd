import type { App } from '../../core/app.ts';
import type { Tone } from '../../core/model/field-options.ts';
import type { Context } from '../../core/request/context.ts';
import type { Access } from '../../core/request/route-info.ts';

/**
 * A figure or a small table on the dashboard, for users who have its `access`. `load` should read through `app.records`. Custom
 * SQL should read models through `app.records.tableFor`, which applies row rules and field permissions.
 *
 * @example
 * contributes: {
 *   'dashboard.widgets': [{ name: 'unassigned', access: { permission: 'strike.view' }, load: unassignedStrikes }],
 * },
 */
export interface Widget {
  readonly name: string;
  readonly access: Access;
  load(ctx: Context, app: App): Promise<WidgetView>;
}

/** The data of a widget. */
export type WidgetView = Figure | SmallTable;

/** One number, with a link to the list behind it. */
export interface Figure {
  readonly kind: 'figure';
  /** The formatted number: `1,206`, `$ 1.4 m`. */
  readonly value: string;
  readonly label: string;
  readonly url?: string;
  readonly tone?: Tone;
}

/** A few rows that need attention. */
export interface SmallTable {
  readonly kind: 'table';
  readonly title: string;
  readonly more?: { readonly label: string; readonly url: string };
  readonly columns: readonly { readonly label: string; readonly align?: 'start' | 'end' }[];
  readonly rows: readonly (readonly TableCell[])[];
  /** The text shown when there are no rows. */
  readonly empty: string;
}
/** A cell with text, which is escaped, and optionally a link. */
export interface TableCell {
  readonly text: string;
  readonly url?: string;
  /** Shows the text as a badge. */
  readonly tone?: Tone;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'dashboard.widgets': Widget;
  }
}

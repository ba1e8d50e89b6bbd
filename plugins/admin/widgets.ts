import type { App } from '../../core/app.ts';
import type { Tone } from '../../core/model/field-options.ts';
import type { Context } from '../../core/request/context.ts';
import type { Access } from '../../core/request/route-info.ts';

/**
 * A figure or a small table on the dashboard, for users who have its `access`. `load` reads with `app.records`; SQL of its own
 * reads tables of models with `app.records.tableFor`, which applies row rules and rights to fields.
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

/** What a widget shows. */
export type WidgetView = Figure | SmallTable;

/** One number that shows what needs doing, with a link to the list behind it. */
export interface Figure {
  readonly kind: 'figure';
  /** Formatted: `1,206`, `$ 1.4 m`. */
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
  /** The text when there are no rows. */
  readonly empty: string;
}
/** A cell: text, which is escaped, optionally with a link. */
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

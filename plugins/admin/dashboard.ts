import type { App } from '../../core/app.ts';
import type { Access, Context } from '../../core/http/context.ts';
import type { Tone } from '../../core/model/field.ts';

/**
 * Something that the index page tells. Only those see it who have the access; its rule reads through the door
 * (`app.rows`) or with SQL of its own, in a file of its own.
 *
 * @example
 * fills: { 'dashboard.widgets': [{ name: 'unassigned', access: { permission: 'strike.view' }, load: unassigned }] }
 */
export interface Widget {
  readonly name: string;
  readonly access: Access;
  load(ctx: Context, app: App): Promise<WidgetView>;
}

export type WidgetView = Figure | SmallTable;

/** One number that says what needs doing, with the list behind it. */
export interface Figure {
  readonly kind: 'figure';
  /** Ready to show: `1,206`, `$ 1.4 m`. */
  readonly value: string;
  readonly label: string;
  readonly url?: string;
  readonly tone?: Tone;
}

/** A few rows that wait for somebody. */
export interface SmallTable {
  readonly kind: 'table';
  readonly title: string;
  readonly more?: { readonly label: string; readonly url: string };
  readonly columns: readonly { readonly label: string; readonly align?: 'start' | 'end' }[];
  readonly rows: readonly (readonly TableCell[])[];
  /** What it says when there is no row. */
  readonly empty: string;
}
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

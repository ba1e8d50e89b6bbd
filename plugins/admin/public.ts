// `rustio-admin/admin`: how models are shown, and what plugins add to the pages of the admin.

export type { Figure, SmallTable, TableCell, Widget, WidgetView } from './dashboard.ts';
export { type AdminOptions, type Computed, defineAdmin, type ModelAdmin } from './define-admin.ts';

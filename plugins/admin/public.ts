// `rustio-admin/admin`: declaring how models are shown, and extending the pages of the admin.

export { type AdminOptions, type Computed, defineAdmin, type ModelAdmin } from './define-admin.ts';
export {
  type ActionResult,
  type Confirmation,
  type DashboardPanel,
  type FailedRecord,
  type FilterChoice,
  type ForModels,
  type FormSection,
  formSection,
  type ListAction,
  type ListActionRequest,
  type ListActionResult,
  type ListColumn,
  type ListFilter,
  type ListLink,
  type ModelContribution,
  type RecordAction,
  type RecordActionRequest,
  type RecordPanel,
  type RecordTab,
  type SearchHit,
  type SearchSource,
  type SectionInput,
  type SectionSave,
  type SectionSaved,
} from './extension-points.ts';
export { type RecordHead, recordHead } from './record-head.ts';
export { fromWritten } from './run-action.ts';
export { showRecordTab } from './tab-page.ts';
export type { Figure, SmallTable, TableCell, Widget, WidgetView } from './widgets.ts';

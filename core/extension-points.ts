import type { Access } from './request/route-info.ts';

/**
 * Items by extension point. A plugin that opens an extension point merges its type in here; core's own are in
 * `core/http/layout.ts`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: core and plugins merge into it
export interface ExtensionPoints {}
/** The name of an extension point: `layout.navigation`, `record.panels`. */
export type ExtensionPointName = keyof ExtensionPoints & string;

/** What items of many extension points have in common. */
export interface Contribution {
  /** Unique within its extension point. */
  readonly name: string;
  /** Items are sorted by this number, then by plugin order. @defaultValue 0 */
  readonly rank?: number;
  /** Only users who have it see the item. @defaultValue everyone who sees the page */
  readonly access?: Access;
}

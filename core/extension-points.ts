import type { Access } from './request/route-info.ts';

/**
 * The type of the items of each extension point. A plugin that opens an extension point adds its type here by declaration merging;
 * core's own are in `core/http/layout.ts`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: core and plugins merge into it
export interface ExtensionPoints {}
/** The name of an extension point: `layout.navigation`, `record.panels`. */
export type ExtensionPointName = keyof ExtensionPoints & string;

/** Properties shared by the items of most extension points. */
export interface Contribution {
  /** Unique within its extension point. */
  readonly name: string;
  /** Items are sorted by this number, then by plugin order. @defaultValue 0 */
  readonly rank?: number;
  /** The access required to see the item. @defaultValue everyone who sees the page */
  readonly access?: Access;
}

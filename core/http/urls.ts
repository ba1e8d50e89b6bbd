import type { ModelInfo } from '../model/registry.ts';

/** Makes every address of the admin; nobody writes one by hand. */
export interface Urls {
  /** A path under the mount path: `to('/login')` → `/admin/login`. */
  to(path: string, query?: Readonly<Record<string, string | undefined>>): string;
  list(model: ModelInfo): string;
  record(model: ModelInfo, key: string, action?: '+edit' | '+delete' | '+history'): string;
  add(model: ModelInfo): string;
  /** A file of a plugin's or the kernel's assets, with a hash of its content: cached for ever. */
  asset(file: string): string;
  /** The origin of the public address: what Origin headers must equal. */
  readonly publicOrigin: string;
}

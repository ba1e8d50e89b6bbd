import type { ModelInfo } from '../model/registry.ts';

/** Makes every address of the admin; nobody writes one by hand. */
export interface Urls {
  /** A path under the mount path: `to('/login')` → `/admin/login`. Parameters that are undefined are left out. */
  to(path: string, query?: Readonly<Record<string, string | undefined>>): string;
  list(model: ModelInfo): string;
  /** `key` is the text of `keyText`, which needs no more encoding. */
  record(model: ModelInfo, key: string, action?: `+${string}`): string;
  add(model: ModelInfo): string;
  /** A file of a plugin's or the kernel's assets, with a hash of its content: cached for ever. */
  asset(file: string): string;
  /** The origin of the public address: what Origin headers must equal. */
  readonly publicOrigin: string;
}

export function createUrls(mountPath: string, publicUrl: string, asset: (file: string) => string): Urls {
  const to: Urls['to'] = (path, query) => {
    const address = path === '/' ? mountPath || '/' : mountPath + path;
    if (query === undefined) return address;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
    return search.size === 0 ? address : `${address}?${search}`;
  };
  return {
    to,
    list: (model) => `${mountPath}/${model.slug}`,
    record: (model, key, action) => `${mountPath}/${model.slug}/${key}${action === undefined ? '' : `/${action}`}`,
    add: (model) => `${mountPath}/${model.slug}/+new`,
    asset: (file) => `${mountPath}/+assets/${asset(file)}`,
    publicOrigin: new URL(publicUrl).origin,
  };
}

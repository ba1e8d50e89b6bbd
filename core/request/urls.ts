import type { ModelInfo } from '../model/field-type.ts';

/** Builds every path of the admin; paths are never written by hand. */
export interface Urls {
  /** A path under the mount path: `to('/login')` → `/admin/login`. Undefined parameters are left out. */
  to(path: string, query?: Readonly<Record<string, string | undefined>>): string;
  /**
   * A complete URL under the public URL, for emails and other texts that are read outside the application. It never depends on a
   * request, so a forged `Host` header cannot change it.
   */
  toPublic(path: string, query?: Readonly<Record<string, string | undefined>>): string;
  list(model: ModelInfo): string;
  /** `key` is the result of `keyText`, which needs no further encoding. */
  record(model: ModelInfo, key: string, action?: `+${string}`): string;
  add(model: ModelInfo): string;
  /** An asset of a plugin or of core. The path contains a hash of the content, so that it can be cached forever. */
  asset(file: string): string;
  /** The origin of the public URL, which Origin headers must equal. */
  readonly publicOrigin: string;
}

export function createUrls(mountPath: string, publicUrl: string, asset: (file: string) => string): Urls {
  const to: Urls['to'] = (path, query) => {
    const url = path === '/' ? mountPath || '/' : mountPath + path;
    if (query === undefined) return url;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
    return search.size === 0 ? url : `${url}?${search}`;
  };
  const publicOrigin = new URL(publicUrl).origin;
  return {
    to,
    toPublic: (path, query) => publicOrigin + to(path, query),
    list: (model) => `${mountPath}/${model.slug}`,
    record: (model, key, action) => `${mountPath}/${model.slug}/${key}${action === undefined ? '' : `/${action}`}`,
    add: (model) => `${mountPath}/${model.slug}/+new`,
    asset: (file) => `${mountPath}/+assets/${asset(file)}`,
    publicOrigin,
  };
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { App } from '../app.ts';
import type { Middleware } from '../request/context.ts';
import { encodingFor } from './compress.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const COMPRESSED = new Set(['.css', '.js', '.svg']);

/** Static files of pages, kept in memory. They are few and small, and the path of a request is never used to read from disk. */
export interface Assets {
  /** `admin.css` → `3f1c…/admin.css`. The path contains a hash of the content, so that the file can be cached forever. */
  path(file: string): string;
  read(path: string): Asset | undefined;
}
export interface Asset {
  readonly type: string;
  readonly content: Buffer;
  compressed(encoding: 'br' | 'gzip'): Promise<Buffer>;
}

/** Reads the folders. If two have a file of the same name, the later one wins. A missing folder counts as empty. */
export function loadAssets(folders: readonly URL[]): Assets {
  const paths = new Map<string, string>();
  const assets = new Map<string, Asset>();
  for (const folder of folders) {
    for (const name of filesIn(folder)) {
      const type = MEDIA_TYPES[path.extname(name)];
      if (type === undefined) continue;
      const content = readFileSync(new URL(name, folder));
      const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
      paths.set(name, `${hash}/${name}`);
      assets.set(`${hash}/${name}`, createAsset(type, content, COMPRESSED.has(path.extname(name))));
    }
  }
  return { path: (file) => paths.get(file) ?? `missing/${file}`, read: (path) => assets.get(path) };
}

function filesIn(folder: URL): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function createAsset(type: string, content: Buffer, compressible: boolean): Asset {
  const cache = new Map<string, Promise<Buffer>>();
  return {
    type,
    content,
    compressed(encoding) {
      if (!compressible) return Promise.resolve(content);
      let result = cache.get(encoding);
      if (!result) {
        result = encoding === 'br' ? brotli(content) : promisify(gzip)(content, { level: 9 });
        cache.set(encoding, result);
      }
      return result;
    },
  };
}

function brotli(content: Buffer): Promise<Buffer> {
  return promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
}

/** Serves the assets under `<mount path>/+assets/`. */
export function serveAssets(app: App, assets: Assets): Middleware {
  const prefix = app.urls.to('/+assets/');
  return async (ctx, next) => {
    const isAssetPath = ctx.path.startsWith(prefix) && (ctx.method === 'GET' || ctx.method === 'HEAD');
    const asset = isAssetPath ? assets.read(ctx.path.slice(prefix.length)) : undefined;
    if (!asset) return next();
    ctx.set('cache-control', 'public, max-age=31536000, immutable');
    ctx.vary('accept-encoding');
    ctx.type = asset.type;
    const encoding = encodingFor(ctx);
    ctx.body = encoding === undefined ? asset.content : await asset.compressed(encoding);
    if (encoding !== undefined && ctx.body !== asset.content) ctx.set('content-encoding', encoding);
  };
}

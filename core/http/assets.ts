import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { App } from '../app.ts';
import { encodingFor } from './compress.ts';
import type { Middleware } from './context.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const COMPRESSED = new Set(['.css', '.js', '.svg']);

/** Files that pages refer to, in memory: they are few and small, and no path of a request ever touches the disk. */
export interface Assets {
  /** `admin.css` → `3f1c…/admin.css`: the hash of the content is part of the address, so it is cached for ever. */
  address(file: string): string;
  read(address: string): Asset | undefined;
}
export interface Asset {
  readonly type: string;
  readonly content: Buffer;
  compressed(encoding: 'br' | 'gzip'): Promise<Buffer>;
}

/** Reads the folders; a later one wins where names are the same. A folder that is not there counts as empty. */
export function loadAssets(folders: readonly URL[]): Assets {
  const addresses = new Map<string, string>();
  const assets = new Map<string, Asset>();
  for (const folder of folders) {
    for (const name of filesIn(folder)) {
      const type = TYPES[path.extname(name)];
      if (type === undefined) continue;
      const content = readFileSync(new URL(name, folder));
      const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
      addresses.set(name, `${hash}/${name}`);
      assets.set(`${hash}/${name}`, asset(type, content, COMPRESSED.has(path.extname(name))));
    }
  }
  return { address: (file) => addresses.get(file) ?? `missing/${file}`, read: (address) => assets.get(address) };
}

function filesIn(folder: URL): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function asset(type: string, content: Buffer, compressible: boolean): Asset {
  const ready = new Map<string, Promise<Buffer>>();
  return {
    type,
    content,
    compressed(encoding) {
      if (!compressible) return Promise.resolve(content);
      let made = ready.get(encoding);
      if (!made) {
        made = encoding === 'br' ? brotli(content) : promisify(gzip)(content, { level: 9 });
        ready.set(encoding, made);
      }
      return made;
    },
  };
}

function brotli(content: Buffer): Promise<Buffer> {
  return promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
}

/** Serves them under `<mount path>/+assets/`. */
export function serveAssets(app: App, assets: Assets): Middleware {
  const prefix = app.urls.to('/+assets/');
  return async (ctx, next) => {
    const isAsked = ctx.path.startsWith(prefix) && (ctx.method === 'GET' || ctx.method === 'HEAD');
    const found = isAsked ? assets.read(ctx.path.slice(prefix.length)) : undefined;
    if (!found) return next();
    ctx.set('cache-control', 'public, max-age=31536000, immutable');
    ctx.vary('accept-encoding');
    ctx.type = found.type;
    const encoding = encodingFor(ctx);
    ctx.body = encoding === undefined ? found.content : await found.compressed(encoding);
    if (encoding !== undefined && ctx.body !== found.content) ctx.set('content-encoding', encoding);
  };
}

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Actor } from '../actor.ts';
import type { Database } from '../database/pool.ts';
import { notKept } from '../http/body-errors.ts';
import { type Upload, Uploads } from '../http/upload.ts';
import type { Parsed } from '../model/kind.ts';
import { accepted } from '../model/parsed.ts';
import type { FieldInfo } from '../model/registry.ts';
import { examine } from './examine.ts';
import { addPending, forgetFile, goneFiles, loseExpired, loseFiles, pendingFile } from './file-rows.ts';
import type { FileStore } from './file-store.ts';
import { removeOldFolders } from './old-folders.ts';
import type { StoredFile } from './stored-file.ts';

/**
 * The files of an application. An upload is examined and kept aside (`receive`); the write door ties it to a record when the
 * key is given as the value of its field, in the transaction of the change; from then on it is read through the record.
 */
export interface Files {
  /** A folder for the uploads of one request: not made yet, and the caller's to remove. */
  newFolder(): string;
  /** Whether the field takes this file; if so it is kept aside for this actor, for a day. The value is what the field is given. */
  receive(actor: Actor, field: FieldInfo, upload: Upload): Promise<Parsed<StoredFile>>;
  /**
   * The same for code that has the content at hand: a seed, an import.
   *
   * @example
   * const added = await app.files.add(cause.actor, field, 'bill.pdf', content);
   * if (added.ok) await app.write.create(tx, cause, Bill, { number: 7, scan: added.value.key });
   */
  add(actor: Actor, field: FieldInfo, name: string, content: Uint8Array): Promise<Parsed<StoredFile>>;
  /** What `receive` kept aside, for the form that is shown again; undefined for any key that is not this actor's. */
  waiting(actor: Actor, field: FieldInfo, key: string): Promise<StoredFile | undefined>;
  /** A content. Whoever asks has found the key in a record that its reader may see. */
  open(key: string): Promise<Readable>;
  /** Removes contents that no record holds any more. What fails is done by the next sweep. */
  discard(keys: readonly string[]): Promise<void>;
  /** Removes what nobody took within a day, what is left over from changes, and what a crash left in the folder for uploads. */
  sweep(): Promise<void>;
}

export interface FilesParts {
  readonly database: Database;
  readonly store: FileStore;
  /** Absolute path of a folder for uploads on their way. Made on the first use. */
  readonly incoming: string;
}

/** One look of the sweep; the next one goes on. */
const MOST_SWEPT = 1_000;

export function createFiles({ database, store, incoming }: FilesParts): Files {
  const files: Files = {
    newFolder: () => path.join(incoming, randomUUID()),
    async receive(actor, field, upload) {
      const examined = await examine(field, upload);
      if (!examined.ok) return examined;
      const { name, type, dots } = examined.value;
      const { size, sha256 } = upload;
      const [width, height] = [dots?.width ?? null, dots?.height ?? null];
      const file: StoredFile = { key: randomUUID(), name, type, size, sha256, width, height };
      // The row first: a content that nobody knows of could never be found and removed.
      await database.transaction((tx) => addPending(tx, actor, field, file));
      try {
        await store.put(file.key, createReadStream(upload.path));
      } catch (error) {
        await loseFiles(database, [file.key]);
        throw notKept(error);
      }
      return accepted(file);
    },
    async add(actor, field, name, content) {
      const uploads = new Uploads(files.newFolder());
      try {
        const upload = await uploads.keep(name, once(Buffer.from(content)), Number(field.max));
        return await files.receive(actor, field, upload);
      } finally {
        await uploads.remove();
      }
    },
    waiting: (actor, field, key) => pendingFile(database, actor, field, key),
    open: (key) => store.open(key),
    async discard(keys) {
      const failed: unknown[] = [];
      for (const key of keys) {
        try {
          await store.remove(key);
          await forgetFile(database, key);
        } catch (error) {
          failed.push(error);
        }
      }
      // One that cannot be removed must not keep all the others.
      if (failed.length > 0) throw failed[0];
    },
    async sweep() {
      await loseExpired(database);
      await files.discard(await goneFiles(database, MOST_SWEPT));
      await removeOldFolders(incoming);
    },
  };
  return files;
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

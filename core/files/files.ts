import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { BATCH, inBatches } from '../database/batches.ts';
import type { Database } from '../database/pool.ts';
import { withReplacements } from '../database/representable.ts';
import { fileNotStored } from '../errors/files.ts';
import type { FieldInfo } from '../model/field-type.ts';
import type { StoredFile } from '../model/field-types/file.ts';
import type { Parsed } from '../model/issue.ts';
import { valid } from '../model/issue.ts';
import type { Actor } from '../policy/actor.ts';
import { checkUpload } from './check-upload.ts';
import {
  deletedFileKeys,
  deleteFileRow,
  expirePendingFiles,
  findPendingFile,
  insertPendingFile,
  isStillPending,
  markFilesDeleted,
} from './file-rows.ts';
import type { FileStore } from './file-store.ts';
import { removeAbandonedFolders, type Upload, Uploads } from './upload.ts';

/**
 * The files of an application. `receive` checks an upload and stores it as pending. When its key is saved as the value of a field,
 * `app.write` attaches it to the record in the same transaction; from then on, it can be read only through the record.
 */
export interface Files {
  /** The path of a folder for the uploads of one request. It does not exist yet, and the caller must remove it. */
  newFolder(): string;
  /**
   * Checks whether the field accepts this file. If so, the upload is pending for this actor for a day, and the field can be set to
   * the `key` of the result.
   */
  receive(actor: Actor, field: FieldInfo, upload: Upload): Promise<Parsed<StoredFile>>;
  /**
   * Like `receive`, for code that already has the content, such as a seed or an import.
   *
   * @example
   * const added = await app.files.add(context.actor, field, 'bill.pdf', content);
   * if (added.ok) await app.write.create(tx, context, Bill, { number: 7, scan: added.value.key });
   */
  add(actor: Actor, field: FieldInfo, name: string, content: Uint8Array): Promise<Parsed<StoredFile>>;
  /** A pending upload, for a form that is shown again; undefined if the key is not one of this actor's. */
  findPending(actor: Actor, field: FieldInfo, key: string): Promise<StoredFile | undefined>;
  /**
   * The content of a file. The caller must have read the key, and the size, from a record that the user is allowed to see.
   *
   * @throws if the content is missing, or is known to have another size
   */
  open(key: string, size?: number): Promise<Readable>;
  /** Removes contents that no record references any more. Failed removals are retried by the next clean-up. */
  discard(keys: readonly string[]): Promise<void>;
  /**
   * Removes uploads that were not used within a day, contents that changes have released, and leftovers of crashed processes in the
   * upload folder.
   */
  cleanUp(signal?: AbortSignal): Promise<void>;
}

export interface FilesParts {
  readonly database: Database;
  readonly store: FileStore;
  /** Absolute path of a folder for incoming uploads. Created on first use. */
  readonly incoming: string;
}

export function createFiles({ database, store, incoming }: FilesParts): Files {
  const files: Files = {
    newFolder: () => path.join(incoming, randomUUID()),
    async receive(actor, field, upload) {
      const checked = await checkUpload(field, upload);
      if (!checked.ok) return checked;
      const { name, type, dimensions } = checked.value;
      const { size, sha256 } = upload;
      const [width, height] = [dimensions?.width ?? null, dimensions?.height ?? null];
      const key = randomUUID();
      // The row is inserted first: content without a row could never be found and removed.
      const { file, evicted } = await withReplacements(name, async (stored) => {
        const pending: StoredFile = { key, name: stored, type, size, sha256, width, height };
        return {
          file: pending,
          evicted: await database.transaction((tx) => insertPendingFile(tx, actor, field, pending)),
        };
      });
      // Removed immediately, so that nobody can fill the disk. The clean-up deletes the rows and retries failures, since the
      // content of an evicted upload may still be arriving.
      for (const old of evicted) await store.remove(old).catch(() => {});
      try {
        await store.put(file.key, createReadStream(upload.path));
      } catch (error) {
        await markFilesDeleted(database, [file.key]);
        throw fileNotStored({ cause: error });
      }
      // Newer uploads may have evicted it in the meantime, when there was no content to remove yet.
      if (!(await isStillPending(database, file.key))) await store.remove(file.key);
      return valid(file);
    },
    async add(actor, field, name, content) {
      const uploads = new Uploads(files.newFolder());
      try {
        const upload = await uploads.save(name, chunks(Buffer.from(content)), Number(field.max));
        return await files.receive(actor, field, upload);
      } finally {
        await uploads.remove();
      }
    },
    findPending: (actor, field, key) => findPendingFile(database, actor, field, key),
    open: (key, size) => store.open(key, size),
    async discard(keys) {
      const failed: unknown[] = [];
      for (const key of keys) {
        try {
          await store.remove(key);
          await deleteFileRow(database, key);
        } catch (error) {
          failed.push(error);
        }
      }
      // One failed removal must not prevent the others.
      if (failed.length > 0) throw failed[0];
    },
    async cleanUp(signal) {
      await expirePendingFiles(database, signal);
      await inBatches(signal, async () => {
        const keys = await deletedFileKeys(database, BATCH);
        await files.discard(keys);
        return keys.length;
      });
      await removeAbandonedFolders(incoming);
    },
  };
  return files;
}

async function* chunks(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

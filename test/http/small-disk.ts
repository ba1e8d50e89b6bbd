/** A disk of a few megabytes that a test fills up. Only root on Linux may mount one. */
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAllSuites } from '../support/suite.ts';

export const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

export interface SmallDisk {
  /** Takes what is left, to the last block. Again after somebody else has given some back. */
  fill(): void;
  /** Gives all of that back. */
  free(): void;
}

/** Mounts it over a folder; it goes after the tests. */
export function smallDisk(folder: string, megabytes: number): SmallDisk {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'rustio-test', folder]);
  // Lazily: whoever still has a file open there must not keep the folder.
  afterAllSuites(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  const ballast: string[] = [];
  return {
    fill() {
      const { bavail, bsize } = statfsSync(folder);
      if (bavail === 0) return;
      const file = path.join(folder, `ballast-${ballast.length}`);
      ballast.push(file);
      try {
        writeFileSync(file, Buffer.alloc(bavail * bsize));
      } catch (error) {
        // PostgreSQL took some of it meanwhile: full all the same.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    free() {
      for (const file of ballast.splice(0)) rmSync(file);
    },
  };
}

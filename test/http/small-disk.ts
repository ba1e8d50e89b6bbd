/** A disk of a few megabytes that a test fills up. Only root on Linux can mount one. */
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAllSuites } from '../support/suite.ts';

export const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

export interface SmallDisk {
  /** Fills what is free, to the last block. Can be repeated when space has been freed. */
  fill(): void;
  /** Frees all of it. */
  free(): void;
}

/** Mounts it at a folder until the tests end. */
export function smallDisk(folder: string, megabytes: number): SmallDisk {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'rustio-test', folder]);
  // Lazily, since a process may still have a file open there.
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
        // PostgreSQL used some of it in the meantime: the disk is full anyway.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    free() {
      for (const file of ballast.splice(0)) rmSync(file);
    },
  };
}

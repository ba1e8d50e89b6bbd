import { spawn } from 'node:child_process';
import path from 'node:path';
import { program } from './binaries.ts';
import type { Place } from './place.ts';

export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs `initdb` or `pg_ctl` to its end, in a session of its own: a Ctrl-C in the terminal goes to the whole group in the
 * foreground, and must reach neither the server nor somebody who is about to start or stop it.
 */
export function runProgram(place: Place, name: 'initdb' | 'pg_ctl', parameters: string[]): Promise<ProgramResult> {
  return new Promise((done, fail) => {
    const child = spawn(program(place.binaries, name), parameters, {
      cwd: path.dirname(place.data),
      detached: true,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(place.user && { uid: place.user.uid, gid: place.user.gid }),
    });
    let output = '';
    const collect = (text: Buffer) => {
      output += String(text);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', fail);
    // `exit` and not `close`: the server may have inherited the pipe and hold it open for ever.
    child.once('exit', (code) => {
      child.stdout.destroy();
      child.stderr.destroy();
      done({ code, output: output.trim() });
    });
  });
}

/** Ours, but for what libpq and the server would read: `PGPORT` or `PGDATA` of the person's shell mean another server. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' };
}

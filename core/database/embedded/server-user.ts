/** PostgreSQL refuses to run as root; then it runs as a user without rights, and must be able to reach its files. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { RustioError } from '../../errors.ts';

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The user that the server runs as when we are root: `postgres`, else `nobody`. Undefined when it runs as ourselves. */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = users.find(([name]) => name === wanted) ?? [];
    if (name !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new RustioError('RIO-EMBEDDED-USER', {
    problem: 'The embedded PostgreSQL cannot run: this process is root, and PostgreSQL refuses to run as root.',
    why: 'Neither a user postgres nor a user nobody is in /etc/passwd.',
    fix: 'Run as an ordinary user, add one of these two users, or set DATABASE_URL.',
    retry: 'Try again after that.',
  });
}

/** Whether `user` may pass through every folder down to and including `folder`, by the permission bits. */
export async function mayEnter(folder: string, user: ServerUser): Promise<boolean> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const { uid, gid, mode } = await stat(at);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 0o1) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

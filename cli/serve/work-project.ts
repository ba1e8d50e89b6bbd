import { createApp, requirePublicUrl } from '../../core/process/create-app.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { openProject } from '../command-context.ts';
import { readManifest } from '../package.ts';
import { ignoreOutputErrors, print } from '../terminal.ts';
import { pendingMigrationWarnings } from './pending-migrations.ts';
import { endSoon, endWithin, hasStarted, stopSignal } from './shutdown.ts';

/** Plugins and tasks get 10 s each. After that, a statement that is still running must not keep the process alive. */
const CLOSE_MS = 60_000;

/** Runs the scheduled tasks and queues of the project in `folder` until it is stopped. It does not serve requests. */
export async function workProject(folder: string): Promise<void> {
  ignoreOutputErrors();
  const began = performance.now();
  const project = await openProject(folder);
  if (project.config === undefined) throw project.configError;
  requirePublicUrl(project);
  const stop = stopSignal();
  const application = await createApp({ project, plugins: builtIn });
  try {
    if (application.server.note !== undefined) print(application.server.note);
    for (const line of await pendingMigrationWarnings(project, application.app)) print(line);
    if (await hasStarted(application.work(), stop)) {
      const ms = Math.round(performance.now() - began);
      print(`rustio-admin ${readManifest().version} · ${project.config.name} · worker ready in ${ms} ms`);
      await stop;
    }
  } finally {
    const inTime = endWithin(CLOSE_MS);
    await application.close();
    inTime();
    endSoon();
  }
}

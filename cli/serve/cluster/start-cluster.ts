import { httpUrl } from '../../../core/base/http-url.ts';
import type { Project } from '../../../core/config.ts';
import type { Application } from '../../../core/process/create-app.ts';
import type { CloseOptions, Serving } from '../../../core/process/serve.ts';
import { WebCluster } from './web-cluster.ts';

export interface StartedCluster {
  /** Starts the processes; resolves when all of them are listening. */
  listen(): Promise<Serving>;
  readonly failed: Promise<never>;
  stop(options?: CloseOptions): Promise<void>;
}

/**
 * The web processes of a project that has already been prepared; this process is their primary. `inherited` is the environment
 * without the project's `.env`: each process reads the file again, so that a reload picks up changes.
 */
export function createCluster(
  project: Project,
  { app }: Application,
  { count, inherited }: { readonly count: number; readonly inherited: NodeJS.ProcessEnv },
): StartedCluster {
  const { port, host, shutdownGrace = 0 } = project.environment;
  const added = Object.keys(process.env).filter((name) => !(name in inherited));
  const cluster = new WebCluster({
    count,
    script: process.argv[1] ?? '',
    args: ['start', '--project', project.folder],
    environment: { ...Object.fromEntries(added.map((name) => [name, undefined])), PORT: String(port) },
    log: app.log,
    graceMs: shutdownGrace * 1_000,
  });
  return {
    failed: cluster.failed,
    stop: (options) => cluster.stop(options),
    async listen() {
      const started = cluster.start();
      process.on('SIGHUP', () => {
        started.then(() => cluster.reload()).catch(() => {}); // reported by the caller of `listen`
      });
      await started;
      return {
        url: httpUrl({ host, port }),
        close: (options) => cluster.stop(options),
      };
    },
  };
}

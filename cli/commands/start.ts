// Commands that run a project until they are stopped.
import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { applyPort, portOption, workerCount, workersOption } from '../serve/options.ts';
import { serveProject } from '../serve/serve-project.ts';

export const start: CliCommand = {
  name: 'start',
  description: 'Serve the project; in development, first create tables, sample data and an administrator',
  options: { ...portOption, ...workersOption },
  run: async ({ projectOption, values }) => {
    applyPort(values);
    await serveProject(projectFolder(projectOption), 'start', { workers: workerCount(values) });
  },
};

export const dev: CliCommand = {
  name: 'dev',
  description: 'Serve the project; restart and reload the browser when a file changes',
  options: portOption,
  // Loaded lazily, because only this command watches files.
  run: async ({ projectOption, values }) => {
    applyPort(values);
    const { developProject } = await import('../dev/develop-project.ts');
    await developProject(projectFolder(projectOption));
  },
};

export const worker: CliCommand = {
  name: 'worker',
  description: 'Run scheduled tasks and queues, without serving requests',
  run: async ({ projectOption }) => {
    const { workProject } = await import('../serve/work-project.ts');
    await workProject(projectFolder(projectOption));
  },
};

import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { applyPort, portOption } from '../serve/port-option.ts';
import { serveProject } from '../serve/serve-project.ts';
import { workerCount, workersOption } from '../serve/workers-option.ts';

export const start: CliCommand = {
  name: 'start',
  description: 'Serve the project; in development create tables, sample rows and an administrator first',
  options: { ...portOption, ...workersOption },
  run: async ({ projectOption, values }) => {
    applyPort(values);
    await serveProject(projectFolder(projectOption), 'start', { workers: workerCount(values) });
  },
};

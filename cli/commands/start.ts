import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { serveProject } from '../serve/serve-project.ts';

export const start: CliCommand = {
  name: 'start',
  description: 'Serve the project; in development make tables, rows and an administrator first',
  run: ({ projectOption }) => serveProject(projectFolder(projectOption), 'start'),
};

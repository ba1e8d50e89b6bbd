import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { applyPort, portOption } from '../serve/port-option.ts';

export const dev: CliCommand = {
  name: 'dev',
  description: 'Serve the project; restart it and reload the browser on every save',
  options: portOption,
  // Loaded here, for only this command watches files.
  run: async ({ projectOption, values }) => {
    applyPort(values);
    const { developProject } = await import('../dev/develop-project.ts');
    await developProject(projectFolder(projectOption));
  },
};

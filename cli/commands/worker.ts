import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';

export const worker: CliCommand = {
  name: 'worker',
  description: 'Run scheduled tasks and queues, without serving requests',
  run: async ({ projectOption }) => {
    const { workProject } = await import('../serve/work-project.ts');
    await workProject(projectFolder(projectOption));
  },
};

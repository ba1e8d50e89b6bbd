import type { CliCommand } from '../cli-command.ts';

export const completion: CliCommand = {
  name: 'completion',
  description: 'Print a shell completion script',
  options: {
    shell: {
      description: 'Shell (default: from the SHELL variable)',
      type: 'string',
      choices: ['bash', 'zsh', 'fish'],
    },
  },
  run: async ({ values }) => {
    // yargs chooses its template by this variable, and prints.
    if (values.shell !== undefined) process.env.SHELL = `/bin/${String(values.shell)}`;
    // Loaded here: the other commands get the parser, and its parts for shells, from the command line.
    const { default: yargs } = await import('yargs');
    yargs().scriptName('rustio-admin').showCompletionScript();
  },
};

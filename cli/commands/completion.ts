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
    // yargs selects its template by this variable and prints it.
    if (values.shell !== undefined) process.env.SHELL = `/bin/${String(values.shell)}`;
    // Imported here because only this command uses yargs directly.
    const { default: yargs } = await import('yargs');
    yargs().scriptName('rustio-admin').showCompletionScript();
  },
};

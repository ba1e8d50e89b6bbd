import type { CommandOf } from '../../core/command.ts';

export const consoleCommand: CommandOf<'database'> = {
  name: 'console',
  description: 'Read and change records with JavaScript; changes are kept only by .commit',
  needs: 'database',
  options: {
    as: { description: 'Email address of the user to act as (required to change data)', type: 'string' },
    reason: { description: 'Reason for the audit trail (required to change data)', type: 'string' },
  },
  // Loaded lazily, because only this command evaluates JavaScript.
  run: async (context, input) => {
    const { runConsole } = await import('../console/run-console.ts');
    await runConsole(context, input);
  },
};

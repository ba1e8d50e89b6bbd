import type { Command } from '../../core/command.ts';
import { rekey } from './rekey.ts';

export const commands: readonly Command[] = [
  {
    name: 'mfa rekey',
    group: 'Manage second factors',
    description: 'Encrypt all second factors under the first key of RUSTIO_SECRET_KEYS',
    needs: 'database',
    async run({ app, database }, input) {
      const { current, older, unreadable } = await rekey(database, app);
      input.print(`Re-encrypted under the first key: ${older}. Already encrypted under it: ${current}.`);
      if (unreadable > 0)
        input.print(
          `Not readable with any key: ${unreadable}. Add the key that they were encrypted under, and run the command again.`,
        );
      else input.print('The other keys are no longer needed for second factors.');
    },
  },
];

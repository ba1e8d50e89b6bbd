import type { Plugin } from '../../core/plugin.ts';
import { type DeclaredVariable, declaredVariables } from '../declared-variables.ts';
import type { AnyCheck } from './run-checks.ts';

/**
 * The environment variables of the enabled plugins: which are set, which are missing. Values are never shown: they may be secrets.
 * What a variable's own schema refuses is a problem of the check `config`.
 */
export function variablesCheck(plugins: readonly Plugin[]): AnyCheck {
  return {
    name: 'environment-of-plugins',
    needs: 'project',
    async run({ project: { environment } }) {
      const declared = declaredVariables(plugins, environment);
      if (declared.length === 0) return { status: 'ok', message: 'No enabled plugin declares environment variables.' };
      const isSet = ({ name }: DeclaredVariable): boolean => environment.variables[name] !== undefined;
      const lines = declared.map(
        (variable) => `${variable.name} (${variable.plugin}): ${stateOf(variable, isSet(variable))}`,
      );
      const missing = declared.filter((variable) => variable.required && !isSet(variable));
      if (missing.length === 0) return { status: 'ok', message: lines.join('\n') };
      return {
        status: 'failed',
        message: lines.join('\n'),
        fix: `Set ${missing.map(({ name }) => name).join(', ')} in the environment, or in the file .env of the project.`,
      };
    },
  };
}

function stateOf({ required }: DeclaredVariable, isSet: boolean): string {
  if (isSet) return 'set';
  return required ? 'not set, but required' : 'not set';
}

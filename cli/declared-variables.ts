import { environmentShape } from '../core/boot/plugin-options.ts';
import type { Plugin } from '../core/plugin.ts';

/** An environment variable that an enabled plugin declares. */
export interface DeclaredVariable {
  readonly plugin: string;
  readonly name: string;
  /** Whether it is required to start in this environment. */
  readonly required: boolean;
  /** The description in its schema (`describe`). */
  readonly description: string | undefined;
}

/**
 * The variables that plugins declare for development or production, in plugin order.
 *
 * @example
 * declaredVariables([mail], { production: true }); // [{ plugin: 'mail', name: 'SMTP_URL', required: true, … }]
 */
export function declaredVariables(
  plugins: readonly Plugin[],
  environment: { readonly production: boolean },
): readonly DeclaredVariable[] {
  return plugins.flatMap((plugin) =>
    Object.entries(environmentShape(plugin, environment) ?? {}).map(([name, schema]) => ({
      plugin: plugin.name,
      name,
      required: !('safeParse' in schema && isOptional(schema)),
      description: 'description' in schema && typeof schema.description === 'string' ? schema.description : undefined,
    })),
  );
}

function isOptional(schema: { safeParse: unknown }): boolean {
  if (typeof schema.safeParse !== 'function') return false;
  const read: unknown = schema.safeParse(undefined);
  return typeof read === 'object' && read !== null && 'success' in read && read.success === true;
}

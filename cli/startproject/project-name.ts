/** What a starter's config is called until somebody calls it something. */
const PLACEHOLDER = "name: 'My project'";

/** A package's name as people would write it, for the head of every page: `my-shop` becomes `My shop`. */
export function readableName(packageName: string): string {
  const words = packageName.replace(/[-._]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The text of a config with the project's name in it. A starter with a name of its own keeps that. */
export function nameConfig(config: string, packageName: string): string {
  return config.replace(PLACEHOLDER, `name: '${readableName(packageName)}'`);
}

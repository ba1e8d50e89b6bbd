// Adds a new app or plugin to the text of rustio.config.ts. Only the exact patterns that starters contain are changed: a guess
// could break the user's file.

/** The names under which an app's exports are imported: `stockModels`, `stockAdmins`. */
export interface AppNames {
  readonly folder: string;
  readonly models: string;
  readonly admins: string;
}

/** The lines that add an app, for adding them by hand. */
export function appLines({ folder, models, admins }: AppNames): readonly [importLine: string, ...others: string[]] {
  return [
    `import { admins as ${admins}, models as ${models} } from './${folder}/models.ts';`,
    `  models: [...models, ...${models}],`,
    `  plugins: { admin: { admins: [...admins, ...${admins}] } },`,
  ];
}

/** The config with the app added; undefined if its format is not recognised. */
export function addApp(text: string, names: AppNames): string | undefined {
  const withImport = addImport(text, appLines(names)[0]);
  const withModels = withImport === undefined ? undefined : addTo(withImport, 'models', `...${names.models}`);
  return withModels === undefined ? undefined : addTo(withModels, 'admins', `...${names.admins}`);
}

/** How the config imports a plugin. */
export interface PluginImport {
  /** For example `./comments/index.ts`. */
  readonly from: string;
  /** For example `comments`. */
  readonly variable: string;
}

/** The lines that add a plugin, for adding them by hand. */
export function pluginLines({ from, variable }: PluginImport): readonly [importLine: string, ...others: string[]] {
  return [`import { ${variable} } from '${from}';`, `  extend: [${variable}],`];
}

/**
 * The config with the plugin appended to `extend`, which is added after `name` if missing; undefined if the format is not
 * recognised.
 */
export function addPlugin(text: string, plugin: PluginImport): string | undefined {
  const withImport = addImport(text, pluginLines(plugin)[0]);
  if (withImport === undefined) return undefined;
  const body = withImport.slice(withImport.indexOf('defineConfig('));
  return /\bextend\b/.test(body)
    ? addTo(withImport, 'extend', plugin.variable)
    : addExtend(withImport, plugin.variable);
}

/** Adds it after `name: 'Desk',` at the top of the config. */
function addExtend(text: string, variable: string): string | undefined {
  const name = /defineConfig\(\{\s*name:\s*(?:'[^'\n]*'|"[^"\n]*"),/.exec(text);
  if (name === null) return undefined;
  const end = name.index + name[0].length;
  return `${text.slice(0, end)}\n  extend: [${variable}],${text.slice(end)}`;
}

/** Adds a line after the last import; undefined if there are no imports. */
function addImport(text: string, line: string): string | undefined {
  const last = [...text.matchAll(/^import [^;]*;[ \t]*$/gm)].at(-1);
  if (last === undefined) return undefined;
  const end = last.index + last[0].length;
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
}

/**
 * Turns `models,` into `models: [...models, more],` and appends an item to `models: [...models],`. Only considers text after
 * `defineConfig(`, where the word must be a property, and must occur exactly once; undefined otherwise.
 */
function addTo(text: string, property: string, more: string): string | undefined {
  const start = text.indexOf('defineConfig(');
  if (start < 0) return undefined;
  const head = text.slice(0, start);
  const body = text.slice(start);
  const shorthand = new RegExp(`(?<=[{,]\\s*)${property}(?=\\s*[,}])`, 'g');
  const list = new RegExp(`(?<=[{,]\\s*${property}:\\s*\\[)[^\\[\\]]*(?=\\])`, 'g');
  const [match, ...others] = [...body.matchAll(shorthand), ...body.matchAll(list)];
  if (match === undefined || others.length > 0) return undefined;
  const items = match[0].trim().replace(/,$/, '');
  const added =
    match[0] === property ? `${property}: [...${property}, ${more}]` : [items, more].filter(Boolean).join(', ');
  return `${head}${body.slice(0, match.index)}${added}${body.slice(match.index + match[0].length)}`;
}

// Adds a new app or plugin to the text of rustio.config.ts. It changes only places that it recognises exactly, in the form in which
// starters write them: a guess could break the user's file.

/** Names under which an app's exports are imported: `stockModels`, `stockAdmins`. */
export interface AppNames {
  readonly folder: string;
  readonly models: string;
  readonly admins: string;
}

/** The lines that a user would add by hand. */
export function linesToAdd(names: AppNames): string[] {
  return [
    importLine(names),
    `  models: [...models, ...${names.models}],`,
    `  plugins: { admin: { admins: [...admins, ...${names.admins}] } },`,
  ];
}

/** The config with the app in it; undefined when it is written in a form that we do not know. */
export function wireConfig(text: string, names: AppNames): string | undefined {
  const withImport = addImport(text, importLine(names));
  const withModels = withImport === undefined ? undefined : addTo(withImport, 'models', `...${names.models}`);
  return withModels === undefined ? undefined : addTo(withModels, 'admins', `...${names.admins}`);
}

function importLine({ folder, models, admins }: AppNames): string {
  return `import { admins as ${admins}, models as ${models} } from './${folder}/models.ts';`;
}

/** Behind the last import; undefined where there is none. */
export function addImport(text: string, line: string): string | undefined {
  const last = [...text.matchAll(/^import [^;]*;[ \t]*$/gm)].at(-1);
  if (last === undefined) return undefined;
  const end = last.index + last[0].length;
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
}

/**
 * `models,` becomes `models: [...models, more],` and `models: [...models],` gets one more item. Only after `defineConfig(`, where
 * such a word is a property, and only when it is there once; undefined otherwise.
 */
export function addTo(text: string, property: string, more: string): string | undefined {
  const start = text.indexOf('defineConfig(');
  if (start < 0) return undefined;
  const head = text.slice(0, start);
  const body = text.slice(start);
  const shorthand = new RegExp(`(?<=[{,]\\s*)${property}(?=\\s*[,}])`, 'g');
  const list = new RegExp(`(?<=[{,]\\s*${property}:\\s*\\[)[^\\[\\]]*(?=\\])`, 'g');
  const found = [...body.matchAll(shorthand), ...body.matchAll(list)];
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  const items = only[0].trim().replace(/,$/, '');
  const added =
    only[0] === property ? `${property}: [...${property}, ${more}]` : [items, more].filter(Boolean).join(', ');
  return `${head}${body.slice(0, only.index)}${added}${body.slice(only.index + only[0].length)}`;
}

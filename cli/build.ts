/**
 * Builds `dist/`: compiled JavaScript with declarations, and the files that the code reads at run time in the same layout, so
 * that `new URL('…', import.meta.url)` works in both. Run by `npm run build` and `prepare`.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);
const DIST = path.join(ROOT, 'dist');
/** The build is written here and then renamed, so that projects linked to this checkout never see a partial build. */
const DRAFT = path.join(ROOT, `dist.${process.pid}.part`);
const OLD = path.join(ROOT, `dist.${process.pid}.old`);

/** Files of core and plugins that are not TypeScript: migrations, templates, messages. */
const ASSETS = ['core/**/*', 'plugins/**/*'];
const WHOLE_FOLDERS = ['templates', 'starters'];
const EXCLUDED = ['node_modules', '.rustio', '.env', '.git'];

/** Entry points that a plugin in its own package may import independently. */
const ENTRIES = ['index.d.ts', 'core/public.d.ts', 'cli/testing/index.d.ts'];

try {
  compile();
  keepAugmentations();
  copyAssets();
  copyFolders();
  publish();
} finally {
  rmSync(DRAFT, { recursive: true, force: true });
  rmSync(OLD, { recursive: true, force: true });
}

function compile(): void {
  const compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', DRAFT], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('dist/ was not built; see the compiler errors above.');
}

/**
 * Makes the entry points import all declarations that augment core's types (`declare module`). Augmentations are visible only to
 * code that imports them, and the compiler drops imports that a declaration file does not use.
 */
function keepAugmentations(): void {
  const files = globSync('{core,plugins}/**/*.d.ts', { cwd: DRAFT }).sort();
  const augmenting = files.filter((file) => /^declare module '\./m.test(readFileSync(path.join(DRAFT, file), 'utf8')));
  for (const entry of ENTRIES) {
    const imports = augmenting.map((file) => {
      const target = path.relative(path.dirname(entry), file).split(path.sep).join('/');
      return `import '${target.startsWith('.') ? target : `./${target}`}';`.replace(/\.d\.ts(?=')/, '.ts');
    });
    appendFileSync(path.join(DRAFT, entry), `${imports.join('\n')}\n`);
  }
}

function copyAssets(): void {
  for (const entry of globSync(ASSETS, { cwd: ROOT, withFileTypes: true })) {
    if (!entry.isFile() || /\.ts$/.test(entry.name)) continue;
    const source = path.join(entry.parentPath, entry.name);
    copy(source, path.join(DRAFT, path.relative(ROOT, source)));
  }
}

/** Starters remain TypeScript because they are copied into projects unchanged. */
function copyFolders(): void {
  for (const folder of WHOLE_FOLDERS) copy(path.join(ROOT, folder), path.join(DRAFT, folder));
}

function copy(source: string, target: string): void {
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true, filter: (file) => !EXCLUDED.includes(path.basename(file)) });
}

function publish(): void {
  if (existsSync(DIST)) renameSync(DIST, OLD);
  renameSync(DRAFT, DIST);
}

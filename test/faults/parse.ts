import type { SourceFile } from 'typescript/unstable/ast';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';

export interface Parsed {
  /** In the order of the sources. */
  readonly files: readonly SourceFile[];
  /** One line per syntax error. */
  readonly errors: readonly string[];
}

/**
 * Parses TypeScript sources with the compiler's own parser, each one separately: imports are not resolved and types are not
 * checked.
 */
export function parse(sources: readonly string[]): Parsed {
  const names = sources.map((_, index) => `/${index}.ts`);
  const config = { compilerOptions: { noLib: true, noResolve: true, types: [] }, files: names };
  const entries = names.map((name, index) => [name, sources[index] ?? '']);
  const fs = createVirtualFileSystem({ '/tsconfig.json': JSON.stringify(config), ...Object.fromEntries(entries) });
  const api = new API({ cwd: '/', fs });
  try {
    const [project] = api.updateSnapshot({ openProjects: ['/tsconfig.json'] }).getProjects();
    if (project === undefined) throw new Error('TypeScript has opened no project.');
    const { program } = project;
    const files = names.map((name) => program.getSourceFile(name)).filter((file) => file !== undefined);
    if (files.length !== names.length) throw new Error('TypeScript has not parsed every source.');
    const errors = program.getSyntacticDiagnostics().map(({ fileName, pos, text }) => {
      const source = sources[names.indexOf(fileName ?? '')] ?? '';
      return `${text} ${source.slice(0, pos).split('\n').at(-1)}<here>${source.slice(pos).split('\n')[0]}`;
    });
    return { files, errors };
  } finally {
    api.close();
  }
}

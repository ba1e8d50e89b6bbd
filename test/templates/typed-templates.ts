// Templates as TypeScript functions over the data that `ViewTypes` declares for them, checked by the compiler.

import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type BindingElement,
  isBindingElement,
  isIdentifier,
  isPropertyAccessExpression,
  type Node,
} from 'typescript/unstable/ast';
import { API, type Checker, type Project, type Type, type Symbol as TypeSymbol } from 'typescript/unstable/sync';
import { ROOT } from '../support/sources.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TEMPLATES = path.join(ROOT, 'templates');

/** Markup by the name of the view. */
export type Templates = Readonly<Record<string, string>>;

/** Every template of core and the plugins. */
export function ownTemplates(): Templates {
  const files = globSync('**/*.ejs', { cwd: TEMPLATES }).map((file) => file.split(path.sep).join('/'));
  return Object.fromEntries(
    files.sort().map((file) => [file.slice(0, -'.ejs'.length), readFileSync(path.join(TEMPLATES, file), 'utf8')]),
  );
}

/** What the compiler reports about templates and the types of their data. */
export interface TemplateReport {
  /** What a template reads that its data does not have, or passes on in a wrong form: `admin/list:12: Property … does not exist`. */
  readonly problems: readonly string[];
  /** Properties of declared data that no template reads: `admin/list: search.enabled`. */
  readonly unread: readonly string[];
  /** Names in `ViewTypes`. */
  readonly declared: readonly string[];
}

/** Compiles templates. Properties of helpers count as data of the view `helpers`. */
export function checkTemplates(templates: Templates): TemplateReport {
  const folder = temporaryFolder({
    'package.json': '{"type":"module"}',
    'tsconfig.json': JSON.stringify({
      extends: path.join(ROOT, 'tsconfig.json'),
      // Pairs in a literal array (`[['first', url], …]`) would each be possibly undefined.
      compilerOptions: {
        noUncheckedIndexedAccess: false,
        noUnusedLocals: false,
        noUnusedParameters: false,
        typeRoots: [path.join(ROOT, 'node_modules/@types')],
      },
      include: ['**/*.ts'],
      exclude: [],
    }),
    'locals.ts': `
import type { PageData, PageHelpers, ViewTypes } from '${ROOT}/core/request/views.ts';
import type { WidgetView } from '${ROOT}/plugins/admin/widgets.ts';
import '${ROOT}/plugins/built-in.ts';
export type Locals<V extends keyof ViewTypes> = PageHelpers & ViewTypes[V];
/** The values that EJS tags can print. */
export type Show = (text: string | undefined) => void;
export declare const declared: ViewTypes & { helpers: { readonly [P in keyof PageHelpers]: unknown } };
/** What code reads in place of a template. */
export const readByCode = ({ frame, message }: PageData, { kind }: WidgetView) => [frame, message, kind];
`,
    ...Object.fromEntries(Object.entries(templates).map(([name, source]) => [`${name}.ts`, functionOf(name, source)])),
  });
  const api = new API({ cwd: folder });
  try {
    const snapshot = api.updateSnapshot({ openProjects: [path.join(folder, 'tsconfig.json')] });
    const project = snapshot.getProjects().find(({ configFileName }) => configFileName.startsWith(folder));
    if (project === undefined) throw new Error(`The compiler has not opened ${folder}.`);
    return reportOf(project, folder, Object.keys(templates));
  } finally {
    api.close();
  }
}

/** The template as a function, with the same line numbers. */
function functionOf(name: string, source: string): string {
  const locals = `${'../'.repeat(name.split('/').length - 1) || './'}locals.ts`;
  let code = `import type { Locals, Show } from '${locals}'; export const render = (it: Locals<'${name}'>, show: Show): void => {`;
  let at = 0;
  for (const { 0: tag, 1: kind = '', 2: inside = '', index } of source.matchAll(/<%([-=_#]?)([\s\S]*?)[-_]?%>/g)) {
    code += source.slice(at, index).replaceAll(/[^\n]/g, '');
    if (kind === '=' || kind === '-') code += ` show(${inside});`;
    else if (kind !== '#') code += `${inside} `;
    at = index + tag.length;
  }
  return `${code}\n};\n`;
}

function reportOf({ program, checker }: Project, folder: string, names: readonly string[]): TemplateReport {
  const locals = program.getSourceFile(path.join(folder, 'locals.ts'));
  if (locals === undefined) throw new Error('The compiler did not read locals.ts.');
  const read = new Set(propertiesRead(checker, locals).flatMap(placesOf));
  const problems = names.flatMap((name) => {
    const file = path.join(folder, `${name}.ts`);
    const source = program.getSourceFile(file);
    if (source === undefined) return [`${name}: the compiler did not read it`];
    for (const symbol of propertiesRead(checker, source)) for (const at of placesOf(symbol)) read.add(at);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ pos, text }) => `${name}:${source.text.slice(0, pos).split('\n').length}: ${text}`,
    );
  });
  const declared = checker.getTypeAtPosition(locals.fileName, locals.text.indexOf('declared:'));
  const views = declared === undefined ? [] : checker.getPropertiesOfType(declared);
  const unread = views.flatMap((view) => {
    const type = checker.getTypeOfSymbol(view);
    return type === undefined ? [] : unreadIn(checker, type, read).map((property) => `${view.name}: ${property}`);
  });
  return { problems, unread, declared: views.map(({ name }) => name).filter((name) => name !== 'helpers') };
}

/** Every property that the code reads: `it.name`, `it?.name`, `const { name } = it`. */
function propertiesRead(checker: Checker, source: Node): readonly TypeSymbol[] {
  const names: Node[] = [];
  const patterns: BindingElement[] = [];
  const visit = (node: Node): void => {
    if (isPropertyAccessExpression(node)) names.push(node.name);
    if (isBindingElement(node)) patterns.push(node);
    node.forEachChild(visit);
  };
  visit(source);
  const destructured = patterns.flatMap((element) => {
    const name = element.propertyName ?? element.name;
    const type = checker.getTypeAtLocation(element.parent);
    return (type && name && isIdentifier(name) && checker.getPropertyOfType(type, name.text)) || [];
  });
  return [...checker.getSymbolAtLocation(names), ...destructured].flatMap((symbol) => symbol ?? []);
}

/** Where a property is declared: the same for what is derived from it by `Pick`, `&` or a spread. */
function placesOf(symbol: TypeSymbol): readonly string[] {
  return symbol.declarations.map(({ path, index }) => `${path}#${index}`);
}

/** Paths of properties that are declared in this repository and not read, including nested ones. */
function unreadIn(checker: Checker, root: Type, read: ReadonlySet<string>): readonly string[] {
  const unread: string[] = [];
  const seen = new Set<number>();
  const visit = (type: Type, at: string): void => {
    if (seen.has(type.id)) return;
    seen.add(type.id);
    if (type.isUnionType()) for (const part of type.getTypes()) visit(part, at);
    else if (checker.isArrayLikeType(type)) {
      if (type.isTypeReference()) for (const item of checker.getTypeArguments(type)) visit(item, at);
    } else if (type.isObjectType() || type.isIntersectionType()) {
      for (const symbol of checker.getPropertiesOfType(type)) {
        const places = placesOf(symbol).filter(
          (place) => place.startsWith(`${ROOT}/`) && !place.includes('/node_modules/'),
        );
        if (places.length === 0) continue;
        const name = at === '' ? symbol.name : `${at}.${symbol.name}`;
        if (!places.some((place) => read.has(place))) unread.push(name);
        const inner = checker.getTypeOfSymbol(symbol);
        if (inner) visit(inner, name);
      }
    }
  };
  visit(root, '');
  return unread;
}

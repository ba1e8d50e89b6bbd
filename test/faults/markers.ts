import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import { ROOT } from '../support/sources.ts';
import { parse } from './parse.ts';

const MARKER = /^[ \t]*\/\/ fault: ([a-z\d-]+)$/gm;
/** What can be between a marker and its node: other comments, and the `else` of an `else if`. */
const BETWEEN = /^(\s|\/\/.*|else\b)*$/;

/** A line `// fault: gates-open` in the source. */
export interface Marker {
  readonly id: string;
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly source: string;
  /** The offset of the end of the line. */
  readonly end: number;
}

export interface MarkedNode {
  readonly marker: Marker;
  readonly tree: SourceFile;
  /** Undefined if no node is directly below the marker. */
  readonly node: Node | undefined;
}

/** Finds all markers, wherever their file is located. */
export function findMarkers(): readonly Marker[] {
  return globSync('{core,plugins,cli}/**/*.ts', { cwd: ROOT }).flatMap((file) => {
    const source = readFileSync(path.join(ROOT, file), 'utf8');
    return markersIn(file.split(path.sep).join('/'), source);
  });
}

export function markersIn(file: string, source: string): readonly Marker[] {
  return [...source.matchAll(MARKER)].map(({ 0: line, 1: id = '', index }) => ({
    id,
    file,
    source,
    end: index + line.length,
  }));
}

/** Finds the node of each marker: the outermost one that starts below it. */
export function markedNodes(markers: readonly Marker[]): readonly MarkedNode[] {
  const sources = [...new Set(markers.map(({ source }) => source))];
  const trees = new Map(parse(sources).files.map((tree, index) => [sources[index], tree]));
  return markers.flatMap((marker) => {
    const tree = trees.get(marker.source);
    return tree === undefined ? [] : [{ marker, tree, node: nodeBelow(marker, tree) }];
  });
}

function nodeBelow({ source, end }: Marker, tree: SourceFile): Node | undefined {
  const node = firstIn(tree, tree, end);
  return node !== undefined && BETWEEN.test(source.slice(end, node.getStart(tree))) ? node : undefined;
}

function firstIn(parent: Node, tree: SourceFile, position: number): Node | undefined {
  return parent.forEachChild((child) => {
    if (child.getStart(tree) >= position) return child;
    return child.end > position ? firstIn(child, tree, position) : undefined;
  });
}

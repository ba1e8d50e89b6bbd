import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/sources.ts';
import { editOf, replaceOnce } from './change.ts';
import type { Fault, MarkedFault, MigrationFault } from './fault.ts';
import { findMarkers, type MarkedNode, type Marker, markedNodes } from './markers.ts';

/** A source file with a fault. */
export interface FaultedSource {
  readonly fault: Fault;
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly source: string;
}

/** @throws Error that lists faults whose marker or text is missing, or whose change does not match the source. */
export function faultedSources(
  faults: readonly Fault[],
  markers: readonly Marker[] = findMarkers(),
): readonly FaultedSource[] {
  const nodes = new Map(markedNodes(markers).map((marked) => [marked.marker.id, marked]));
  const problems: string[] = [];
  const faulted = faults.flatMap((fault) => {
    try {
      return ['marker' in fault ? inMarkedNode(fault, nodes.get(fault.marker)) : inMigration(fault)];
    } catch (error) {
      const place = 'marker' in fault ? `// fault: ${fault.marker}` : fault.migration;
      problems.push(`${place} (${fault.name}): ${error instanceof Error ? error.message : error}`);
      return [];
    }
  });
  if (problems.length > 0) throw new Error(`Faults do not fit the source:\n${problems.join('\n')}`);
  return faulted;
}

function inMarkedNode(fault: MarkedFault, marked: MarkedNode | undefined): FaultedSource {
  if (marked === undefined) throw new Error('the marker is not in core, plugins or cli');
  const { marker, node, tree } = marked;
  if (node === undefined) throw new Error(`nothing is directly below the marker in ${marker.file}`);
  const { start, end, text } = editOf(fault.change, node, tree);
  const { file, source } = marker;
  return { fault, file, source: source.slice(0, start) + text + source.slice(end) };
}

function inMigration(fault: MigrationFault): FaultedSource {
  const found = globSync(`{core,plugins}/**/migrations/${fault.migration}`, { cwd: ROOT });
  const [file] = found;
  if (file === undefined || found.length > 1) throw new Error(`there are ${found.length} migrations of this name`);
  return { fault, file, source: replaceOnce(readFileSync(path.join(ROOT, file), 'utf8'), fault.change.replace) };
}

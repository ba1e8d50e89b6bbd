import { readFile } from 'node:fs/promises';
import type { Command, CommandInput } from '../../../core/command.ts';
import { invalidAnchor, trailChanged } from '../errors.ts';
import { type Anchor, isHash, parseAnchors } from './anchors.ts';
import type { Finding } from './findings.ts';
import { lastSeal, type Sealed, sealEntries } from './seal-entries.ts';
import { entriesAfter, type VerifiedTrail, verifyTrail } from './verify-trail.ts';

/** How long `audit seal` waits for transactions that may still write. */
const WAIT_MS = 60_000;
/** The findings that are printed as text; `--json` prints all. */
const MAX_PRINTED = 100;

export const sealCommands: readonly Command[] = [
  {
    name: 'audit seal',
    group: 'Seal and verify the audit trail',
    description: 'Seal the entries that are not sealed yet; running processes do this every minute',
    needs: 'database',
    async run({ app, database }, { print, signal }) {
      const { secretKeys } = app.environment;
      const sealed = await sealEntries(database, { secretKeys, waitMs: WAIT_MS, signal });
      for (const line of sealedLines(sealed)) print(line);
      const last = await lastSeal(database);
      const { entries } = await entriesAfter(database, String(last?.lastId ?? 0));
      if (entries > 0) print(`Entries not sealed yet: ${entries}.`);
    },
  },
  {
    name: 'audit verify',
    description: 'Compare the audit trail with its seals, and name the entries that differ; exit code 4: differences',
    needs: 'database',
    options: {
      from: { type: 'number', description: 'Number of the first seal whose entries are compared [default: 1]' },
      anchor: {
        type: 'string',
        multiple: true,
        description: 'A hash, or a file, that `audit anchor` printed or wrote: its seals must be in the chain',
      },
      json: { type: 'boolean', description: 'Print JSON', default: false },
    },
    async run({ app, database }, input) {
      const { signal, values } = input;
      const { secretKeys } = app.environment;
      const anchors = await readAnchors(input);
      const from = BigInt(Math.max(1, Math.trunc(Number(values.from ?? 1)) || 1));
      const trail = await verifyTrail(database, { secretKeys, anchors, from, signal });
      if (values.json === true) input.print(JSON.stringify({ ok: trail.total === 0, ...trail }, null, 2));
      else for (const line of verifiedLines(trail)) input.print(line);
      if (trail.total > 0) throw trailChanged({ count: trail.total });
    },
  },
];

/** The anchors of the option `--anchor`. */
export async function readAnchors({ values }: CommandInput): Promise<readonly Pick<Anchor, 'hash'>[]> {
  const given = typeof values.anchor === 'string' ? values.anchor.split(',') : [];
  const anchors = await Promise.all(
    given.map(async (each) => {
      const text = isHash(each)
        ? each
        : await readFile(each, 'utf8').catch((cause: unknown) => {
            throw invalidAnchor({ anchor: each, cause });
          });
      const parsed = parseAnchors(text);
      if (parsed === undefined) throw invalidAnchor({ anchor: each });
      return parsed;
    }),
  );
  return anchors.flat();
}

function sealedLines({ seals, entries, stoppedBy }: Sealed): readonly string[] {
  const lines = [`Entries sealed: ${entries}. New seals: ${seals}.`];
  if (stoppedBy === 'writer')
    lines.push('A transaction that writes to the audit trail has not ended. Try again later.');
  if (stoppedBy === 'lock') lines.push('Another process is sealing or erasing entries at the moment.');
  return lines;
}

function verifiedLines(trail: VerifiedTrail): readonly string[] {
  const { findings, total, seals, entries, last, signatures, anchors, notSealed } = trail;
  const lines = [...printedFindings(findings, total)];
  lines.push(`Entries compared: ${entries}. Seals: ${seals}.`);
  if (last !== null)
    lines.push(`The last seal is number ${last.seal}, created ${last.time}, up to entry ${last.lastId}.`);
  if (anchors > 0) lines.push(`Anchors found in the chain: ${anchors}.`);
  if (signatures.none > 0) lines.push(`Seals that are not signed: ${signatures.none}.`);
  if (signatures.unknownKey > 0)
    lines.push(`Seals that are signed with keys that are not in RUSTIO_SECRET_KEYS: ${signatures.unknownKey}.`);
  if (notSealed.entries > 0) lines.push(`Entries not sealed yet: ${notSealed.entries}, since ${notSealed.since}.`);
  if (total === 0) lines.push('No differences.');
  return lines;
}

/** The findings as lines: the first ones, and the number of the others. */
export function printedFindings(findings: readonly Finding[], total: number): readonly string[] {
  const lines = findings.slice(0, MAX_PRINTED).map(({ message }) => message);
  return total > lines.length ? [...lines, `… and ${total - lines.length} more.`] : lines;
}

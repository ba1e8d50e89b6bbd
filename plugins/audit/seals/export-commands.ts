import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from '../../../core/command.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { exportNotWritten, notAnExport, trailChanged } from '../errors.ts';
import '../export-entries.ts';
import { exportTrail } from './export-trail.ts';
import { printedFindings, readAnchors } from './seal-commands.ts';
import { verifyExport } from './verify-export.ts';

export const exportCommands: readonly Command[] = [
  {
    name: 'audit export FILE',
    description: 'Write the whole audit trail with its seals to a new file, as JSON lines',
    needs: 'database',
    async run({ app, database }, { values, print, signal }) {
      const file = String(values.file);
      // Personal data: only for the owner of the file. An existing file is kept.
      const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
        throw exportNotWritten({ file, cause });
      });
      await app.database.transaction((tx) =>
        app.events.record(tx, commandAuditContext(), 'audit_exported', {
          subject: null,
          data: { format: 'sealed', filters: '' },
        }),
      );
      let lines = 0;
      const text = Readable.from(
        (async function* () {
          for await (const line of exportTrail(database)) {
            lines += 1;
            yield `${line}\n`;
          }
        })(),
      );
      await pipeline(text, createWriteStream('', { fd: handle }), { signal });
      print(`Lines written to ${file}: ${lines}.`);
    },
  },
  {
    name: 'audit verify-export FILE',
    description: 'Compare an exported trail with its seals, without the database; exit code 4: differences',
    needs: 'nothing',
    options: {
      anchor: { type: 'string', multiple: true, description: 'A hash or a file, as for audit verify' },
    },
    async run(_, input) {
      const file = String(input.values.file);
      const anchors = await readAnchors(input);
      const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
      const result = await verifyExport(lines, anchors).catch((cause: unknown) => {
        throw notAnExport({ file, line: 1, cause });
      });
      if (typeof result === 'number') throw notAnExport({ file, line: result });
      const { findings, total, seals, entries, notSealed } = result;
      for (const line of printedFindings(findings, total)) input.print(line);
      input.print(`Entries compared: ${entries}. Seals: ${seals}. Signatures were not verified.`);
      if (result.anchors > 0) input.print(`Anchors found in the chain: ${result.anchors}.`);
      if (notSealed > 0) input.print(`Entries not sealed: ${notSealed}.`);
      if (total > 0) throw trailChanged({ count: total });
      input.print('No differences.');
    },
  },
];

import type { CliCommand } from '../cli-command.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/run-checks.ts';
import { projectFolder } from '../project-folder.ts';
import { paint } from '../terminal.ts';

const MARKS = { ok: 'ok', note: 'note', warning: 'warning', failed: 'FAILED', 'not-checked': '-' } as const;
const COLOURS = { ok: 'green', note: 'dim', warning: 'yellow', failed: 'red', 'not-checked': 'dim' } as const;
const MARK_WIDTH = 7;

export const doctor: CliCommand = {
  name: 'doctor',
  description: 'Check the project, its environment and its database',
  options: { json: { description: 'Print JSON', type: 'boolean' } },
  run: async ({ projectOption, values, print }) => {
    const findings = await examine(projectFolder(projectOption));
    const failed = findings.filter(({ status }) => status === 'failed').length;
    if (failed > 0) process.exitCode = 1;
    if (values.json === true) return print(JSON.stringify({ ok: failed === 0, checks: findings }, undefined, 2));
    for (const finding of findings) for (const line of formatLines(finding)) print(line);
    print('');
    print(failed === 0 ? 'No checks failed.' : `${failed} of ${findings.length} checks failed.`);
  },
};

function formatLines({ owner, name, status, message, fix }: Finding): string[] {
  const [first = '', ...others] = message.split('\n');
  const indent = ' '.repeat(MARK_WIDTH + 2);
  const mark = paint(COLOURS[status], MARKS[status].padEnd(MARK_WIDTH));
  const title = owner === 'rustio-admin' ? name : `${owner}: ${name}`;
  return [
    `${mark}  ${title}: ${first}`,
    ...others.map((line) => `${indent}${line}`),
    ...(fix === null ? [] : `Fix: ${fix}`.split('\n').map((line) => `${indent}${line}`)),
  ];
}

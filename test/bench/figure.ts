/** One measurement and its goal. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `×`, `ms`, `MB`, `KB`, `/s`; empty for a count. */
  readonly unit: string;
  /** Without a goal the figure is for information. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

export function isMet({ value, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

/** The figures as a Markdown table. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    formatted(figure.value, figure.unit),
    goalOf(figure),
    statusOf(figure),
  ]);
  const all = [['figure', 'measured', 'goal', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = all;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}

function goalOf({ goal, unit }: Figure): string {
  if (goal === undefined) return '';
  return 'atLeast' in goal ? `≥ ${formatted(goal.atLeast, unit)}` : `≤ ${formatted(goal.atMost, unit)}`;
}

function statusOf(figure: Figure): string {
  const met = isMet(figure);
  return met === undefined ? '' : met ? 'met' : 'MISSED';
}

function formatted(value: number, unit: string): string {
  const digits = unit === '×' ? 2 : (unit === 'ms' || unit === 's') && value < 100 ? 1 : 0;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** For the share `0.95`: the value that 95 % of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

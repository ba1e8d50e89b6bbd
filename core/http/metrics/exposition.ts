// Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
// One invalid line makes Prometheus reject the whole scrape, so invalid metrics are left out and reported.

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The metrics of one name, which form one block of the output. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** `_bucket`, `_sum` or `_count` of a histogram. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

type Labels = Readonly<Record<string, string>>;

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Two leading underscores are reserved by Prometheus. */
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Formats the families in order; `common` labels are added to every sample. Families of the same name are merged; `reject` is
 * called for each family or sample that is invalid or cannot be merged.
 *
 * @example
 * expose([{ name: 'jobs_waiting', help: 'Waiting jobs.', type: 'gauge', samples: [{ value: 3 }] }], { common: {}, reject });
 */
export function expose(
  families: readonly MetricFamily[],
  { common, reject }: { readonly common: Labels; readonly reject: (name: string, reason: string) => void },
): string {
  const blocks = new Map<string, { readonly type: string; readonly lines: string[]; readonly series: Set<string> }>();
  for (const { name, help, type, samples } of families) {
    if (!NAME.test(name)) {
      reject(name, 'it is not a valid name');
      continue;
    }
    const head = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`];
    const block = blocks.get(name) ?? { type, lines: head, series: new Set() };
    blocks.set(name, block);
    if (block.type !== type) {
      reject(name, `it is declared both as a ${block.type} and as a ${type}`);
      continue;
    }
    for (const { suffix = '', labels = {}, value } of samples) {
      const invalid = Object.keys(labels).find((label) => !LABEL.test(label));
      const series = `${name}${suffix}${labelText({ ...common, ...labels })}`;
      if (invalid !== undefined) reject(name, `"${invalid}" is not a valid label name`);
      else if (block.series.has(series)) reject(name, `${series} is a duplicate`);
      else block.lines.push(`${series} ${numberText(value)}`);
      block.series.add(series);
    }
  }
  const lines = [...blocks.values()].flatMap((block) => (block.lines.length > 2 ? block.lines : []));
  return `${lines.join('\n')}\n`;
}

/** Labels in a fixed order, so that the same series is always the same text. */
function labelText(labels: Labels): string {
  const pairs = Object.entries(labels)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}="${escapeHelp(String(value)).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(/\r\n|\r|\n/g, '\\n');
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

import * as assert from 'uvu/assert';
import { expose, type MetricFamily } from '../../../../core/http/metrics/exposition.ts';
import { suite } from '../../../support/suite.ts';

const test = suite('exposition format');

function exposed(families: readonly MetricFamily[], common = {}): { text: string; rejected: string[] } {
  const rejected: string[] = [];
  const text = expose(families, { common, reject: (name, reason) => rejected.push(`${name}: ${reason}`) });
  return { text, rejected };
}

const gauge = (name: string, samples: MetricFamily['samples'], help = 'Help.'): MetricFamily => ({
  name,
  help,
  type: 'gauge',
  samples,
});

test('families, labels in a fixed order, and a final newline', () => {
  const { text, rejected } = exposed([
    gauge('rustio_jobs', [
      { value: 3, labels: { queue: 'mail', alpha: 'x' } },
      { value: 0.5, labels: { queue: 'other' } },
    ]),
    { name: 'rustio_done_total', help: 'Done.', type: 'counter', samples: [{ value: 7 }] },
  ]);
  assert.is(
    text,
    [
      '# HELP rustio_jobs Help.',
      '# TYPE rustio_jobs gauge',
      'rustio_jobs{alpha="x",queue="mail"} 3',
      'rustio_jobs{queue="other"} 0.5',
      '# HELP rustio_done_total Done.',
      '# TYPE rustio_done_total counter',
      'rustio_done_total 7',
      '',
    ].join('\n'),
  );
  assert.equal(rejected, []);
});

test('special characters are escaped, so that no value starts a new line', () => {
  const { text } = exposed([
    gauge('a', [{ value: 1, labels: { path: 'C:\\x"y\nb 2\r\nc 3' } }], 'Two\nlines \\ one "quote".'),
  ]);
  assert.is(
    text,
    ['# HELP a Two\\nlines \\\\ one "quote".', '# TYPE a gauge', 'a{path="C:\\\\x\\"y\\nb 2\\nc 3"} 1', ''].join('\n'),
  );
});

test('numbers that JSON does not support are exported', () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, -0.25];
  const { text } = exposed([
    gauge(
      'a',
      values.map((value, at) => ({ value, labels: { at: String(at) } })),
    ),
  ]);
  assert.equal(
    text
      .split('\n')
      .slice(2, -1)
      .map((line) => line.split(' ')[1]),
    ['NaN', '+Inf', '-Inf', '1e+21', '-0.25'],
  );
});

test('values that Prometheus would reject are omitted and reported', () => {
  const { text, rejected } = exposed([
    gauge('no-hyphens', [{ value: 1 }]),
    gauge('a', [
      { value: 1 },
      { value: 2 },
      { value: 3, labels: { 'my-label': 'x' } },
      { value: 4, labels: { __name__: 'b' } },
    ]),
    { name: 'a', help: 'Another.', type: 'counter', samples: [{ value: 5 }] },
    gauge('b', [{ value: 6 }]),
    gauge('a', [{ value: 7, labels: { from: 'another plugin' } }], 'Its own help.'),
  ]);
  assert.is(
    text,
    [
      '# HELP a Help.',
      '# TYPE a gauge',
      'a 1',
      'a{from="another plugin"} 7',
      '# HELP b Help.',
      '# TYPE b gauge',
      'b 6',
      '',
    ].join('\n'),
  );
  assert.is(rejected.length, 5);
});

test('common labels are on every sample', () => {
  const { text } = exposed([gauge('a', [{ value: 1 }, { value: 2, labels: { b: 'c' } }])], { worker: '2' });
  assert.match(text, 'a{worker="2"} 1\na{b="c",worker="2"} 2\n');
});

import * as assert from 'uvu/assert';
import { readCsv } from '../../starters/strikes/seed/csv.ts';
import { suite } from '../support/suite.ts';

const test = suite('the CSV reader of the strikes starter');

test('quotes, doubled quotes, commas and line breaks inside quotes are part of the value', () => {
  const [line] = readCsv('name,city\n"W. H. ""Bud"" Barron","Dublin,\nGA"\n');
  assert.is(line?.get('name'), 'W. H. "Bud" Barron');
  assert.is(line?.get('city'), 'Dublin,\nGA');
});

test('a file reads the same with either line ending, with a mark at its start, and without an end of its last line', () => {
  for (const text of ['a,b\n1,2\n3,\n', 'a,b\r\n1,2\r\n3,\r\n', '\uFEFFa,b\n1,2\n3,']) {
    const read = readCsv(text).map((line) => [line.number, line.get('a'), line.get('b')]);
    assert.equal(read, [
      [1, '1', '2'],
      [2, '3', ''],
    ]);
  }
});

test('a shifted row, an unknown column and a torn quote are refused', () => {
  assert.throws(() => readCsv('a,b\n1\n'), /Row 1 has 1 values, the header 2/);
  assert.throws(() => readCsv('a\n1\n')[0]?.get('b'), /no column "b"/);
  assert.throws(() => readCsv('a\n"1\n'), /no CSV/);
});

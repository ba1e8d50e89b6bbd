import * as assert from 'uvu/assert';
import { readCsv } from '../../starters/strikes/seed/csv.ts';
import { suite } from '../support/suite.ts';

const test = suite('the CSV reader of the strikes starter');

test('quoted commas and quotes are part of the value, empty values remain empty, rows are counted from 1', () => {
  const lines = readCsv('\uFEFFname,city\r\n"W. H. ""Bud"" Barron","Dublin, GA"\r\nThigpen,');
  assert.equal(
    lines.map((line) => [line.number, line.get('name'), line.get('city')]),
    [
      [1, 'W. H. "Bud" Barron', 'Dublin, GA'],
      [2, 'Thigpen', ''],
    ],
  );
});

test('a shifted row, an unknown column and an unterminated quote are rejected', () => {
  assert.throws(() => readCsv('a,b\n1\n'), /Invalid Record Length/);
  assert.throws(() => readCsv('a\n1\n')[0]?.get('b'), /no column "b"/);
  assert.throws(() => readCsv('a\n"1\n'), /Quote Not Closed/);
});

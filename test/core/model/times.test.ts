import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { momentsOf, offsetAt, writeOffset } from '../../../core/model/zone.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, must, parsed, refusal, show } from './field-of.ts';

const test = suite('dates and times');
const date = fieldOf(field.date());
const time = fieldOf(field.time());
const timestamp = fieldOf(field.timestamp());
const local = fieldOf(field.localDateTime());
const BERLIN = 'Europe/Berlin';
const iso = (text: string, zone?: string) => {
  const value = parsed(timestamp, text, zone);
  return value instanceof Date ? value.toISOString() : undefined;
};

test('a date exists on the calendar', () => {
  assert.is(parsed(date, ' 2024-02-29 '), '2024-02-29');
  for (const text of [
    '2023-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '0000-01-01',
    '10000-01-01',
    '26-1-1',
    '20261120',
  ]) {
    assert.is(refusal(date, text), 'problem.date', text);
  }
  assert.is(parsed(date, '2000-02-29'), '2000-02-29');
});

test('what only PostgreSQL knows is shown as it writes it', () => {
  assert.is(date.spec.cell(date, show)('infinity', {}), 'infinity');
  assert.is(timestamp.spec.cell(timestamp, show)('-infinity', {}), '-infinity');
  assert.is(String(timestamp.spec.decode('0044-03-15 12:00:00+00 BC')), 'Invalid Date');
  assert.is(timestamp.spec.exported('infinity'), 'infinity');
});

test('a time of day has its seconds once it is parsed', () => {
  assert.is(parsed(time, '09:30'), '09:30:00');
  assert.is(parsed(time, '23:59:59'), '23:59:59');
  assert.is(time.spec.text('09:30:00', time), '09:30');
  for (const text of ['24:00', '9:30', '09:60', '09:30:60', '09:30:15.5'])
    assert.is(refusal(time, text), 'problem.time', text);
});

test('a moment without an offset is one of UTC, or of the zone that is given', () => {
  assert.is(iso('2026-11-20T10:44'), '2026-11-20T10:44:00.000Z');
  assert.is(iso('2026-11-20 10:44:15.5', BERLIN), '2026-11-20T09:44:15.500Z');
  assert.is(iso('2026-07-20T10:44', BERLIN), '2026-07-20T08:44:00.000Z');
});

test('an offset is heard, whatever the zone', () => {
  assert.is(iso('2026-11-20T10:44Z', BERLIN), '2026-11-20T10:44:00.000Z');
  assert.is(iso('2026-11-20 10:44:00.123+00'), '2026-11-20T10:44:00.123Z');
  assert.is(iso('2026-11-20T10:44:00-05:30'), '2026-11-20T16:14:00.000Z');
  for (const text of [
    '2026-11-20T10:44+16',
    '2026-11-20T10:44+5',
    '2026-11-20T10:44+01:60',
    '2026-11-20T10:44 Berlin',
  ]) {
    assert.is(refusal(timestamp, text), 'problem.timestamp', text);
  }
});

test('what would be lost is refused: microseconds, leap seconds, hour 24', () => {
  assert.is(iso('2026-11-20T10:44:00.123000'), '2026-11-20T10:44:00.123Z');
  for (const text of ['2026-11-20T10:44:00.123456', '2026-11-20T10:44:60', '2026-11-20T24:00', '2026-11-20']) {
    assert.is(refusal(timestamp, text), 'problem.timestamp', text);
  }
});

test('a wall-clock time that was skipped is refused with the reason', () => {
  const outcome = timestamp.spec.parse('2026-03-29T02:30', timestamp, BERLIN);
  const found = must(outcome.ok ? undefined : outcome.issue);
  assert.match(english(found.key, found.params), 'There was no 2026-03-29 02:30 in Europe/Berlin');
  assert.is(refusal(timestamp, '2011-12-30T12:00', 'Pacific/Apia'), 'problem.timeSkipped', 'a whole day');
});

test('a wall-clock time that came twice is asked, and each answer is another moment', () => {
  const outcome = timestamp.spec.parse('2026-10-25T02:30', timestamp, BERLIN);
  const found = must(outcome.ok ? undefined : outcome.issue);
  assert.is(found.key, 'problem.timeTwice');
  assert.is(iso(String(found.params?.first), BERLIN), '2026-10-25T00:30:00.000Z');
  assert.is(iso(String(found.params?.second), BERLIN), '2026-10-25T01:30:00.000Z');
  assert.match(english(found.key, found.params), '2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00');
});

test('the control shows the reader’s clock, and an offset only where it is needed', () => {
  assert.is(timestamp.spec.text('2026-11-20 10:44:00+00', timestamp, BERLIN), '2026-11-20T11:44');
  assert.is(timestamp.spec.text('2026-10-25 00:30:00+00', timestamp, BERLIN), '2026-10-25T02:30+02:00');
  assert.is(timestamp.spec.text('2026-11-20 10:44:00.12+00', timestamp, BERLIN), '2026-11-20T11:44:00.120');
});

test('what the control shows in any zone comes back as the same moment', () => {
  const zones = [
    'UTC',
    BERLIN,
    'America/St_Johns',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Africa/Monrovia',
    'Australia/Lord_Howe',
  ];
  const moments = fc.oneof(
    fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
    // the hours around a change, where it is easy to be wrong
    fc.integer({ min: -7_200_000, max: 7_200_000 }).map((by) => new Date(Date.parse('2026-10-25T01:00:00Z') + by)),
    fc.integer({ min: -7_200_000, max: 7_200_000 }).map((by) => new Date(Date.parse('2026-04-04T15:00:00Z') + by)),
  );
  fc.assert(
    fc.property(moments, fc.constantFrom(...zones), (moment, zone) => {
      const wire = `${moment.toISOString().slice(0, -1).replace('T', ' ')}+00`;
      assert.is(iso(timestamp.spec.text(wire, timestamp, zone), zone), moment.toISOString());
    }),
    { numRuns: 500 },
  );
});

test('a zone knows its offset, seconds of old included', () => {
  assert.is(writeOffset(offsetAt('Africa/Monrovia', Date.parse('1960-01-01T00:00:00Z'))), '-00:44:30');
  assert.is(offsetAt('UTC', 0), 0);
  assert.equal(momentsOf('UTC', 5), [5]);
});

test('a wall-clock time without a zone is never shifted', () => {
  assert.is(parsed(local, '2001-01-01T00:47', 'America/New_York'), '2001-01-01 00:47:00');
  assert.is(local.spec.text('2001-01-01 00:47:00', local, 'America/New_York'), '2001-01-01T00:47');
  assert.is(parsed(local, '2026-03-29 02:30:01', BERLIN), '2026-03-29 02:30:01', 'no clock change concerns it');
  for (const text of [
    '2001-01-01T00:47Z',
    '2001-01-01T00:47+01:00',
    '2001-01-01',
    '2001-02-29T00:00',
    '2001-01-01T00:47:00.5',
  ]) {
    assert.is(refusal(local, text), 'problem.localDateTime', text);
  }
});

test('cells carry the machine’s form beside the reader’s', () => {
  assert.is(
    timestamp.spec.cell(timestamp, show)('2026-11-20 10:44:00.1+00', {}),
    '<time datetime="2026-11-20T10:44:00.1Z">[2026-11-20 10:44:00.1+00]</time>',
  );
  assert.is(date.spec.cell(date, show)('2026-11-20', {}), '<time datetime="2026-11-20">[2026-11-20]</time>');
  assert.is(time.spec.cell(time, show)('09:30:00', {}), '<time datetime="09:30">09:30</time>');
});

import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { formatOffset, offsetAt, resolveLocalTime } from '../../../core/model/calendar.ts';
import { field } from '../../../core/model/field.ts';
import { cellFor } from '../../../core/view/cells.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, formatter, issueKey, must, parse } from './field-of.ts';

const test = suite('dates and times');
const date = fieldOf(field.date());
const time = fieldOf(field.time());
const timestamp = fieldOf(field.timestamp());
const local = fieldOf(field.localDateTime());
const BERLIN = 'Europe/Berlin';
const iso = (text: string, timeZone?: string) => {
  const value = parse(timestamp, text, timeZone);
  return value instanceof Date ? value.toISOString() : undefined;
};

test('a date must exist in the calendar', () => {
  assert.is(parse(date, ' 2024-02-29 '), '2024-02-29');
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
    assert.is(issueKey(date, text), 'problem.date', text);
  }
  assert.is(parse(date, '2000-02-29'), '2000-02-29');
});

test('values that only PostgreSQL supports are shown as it returns them', () => {
  assert.is(cellFor(date, formatter)('infinity', {}), 'infinity');
  assert.is(cellFor(timestamp, formatter)('-infinity', {}), '-infinity');
  assert.is(String(timestamp.type.decode('0044-03-15 12:00:00+00 BC')), 'Invalid Date');
  assert.is(timestamp.type.exported('infinity'), 'infinity');
});

test('a parsed time of day includes seconds', () => {
  assert.is(parse(time, '09:30'), '09:30:00');
  assert.is(parse(time, '23:59:59'), '23:59:59');
  assert.is(time.type.text('09:30:00', time), '09:30');
  for (const text of ['24:00', '9:30', '09:60', '09:30:60', '09:30:15.5'])
    assert.is(issueKey(time, text), 'problem.time', text);
});

test('a timestamp without an offset is in UTC or in the given time zone', () => {
  assert.is(iso('2026-11-20T10:44'), '2026-11-20T10:44:00.000Z');
  assert.is(iso('2026-11-20 10:44:15.5', BERLIN), '2026-11-20T09:44:15.500Z');
  assert.is(iso('2026-07-20T10:44', BERLIN), '2026-07-20T08:44:00.000Z');
});

test('an offset takes precedence over the time zone', () => {
  assert.is(iso('2026-11-20T10:44Z', BERLIN), '2026-11-20T10:44:00.000Z');
  assert.is(iso('2026-11-20 10:44:00.123+00'), '2026-11-20T10:44:00.123Z');
  assert.is(iso('2026-11-20T10:44:00-05:30'), '2026-11-20T16:14:00.000Z');
  for (const text of [
    '2026-11-20T10:44+16',
    '2026-11-20T10:44+5',
    '2026-11-20T10:44+01:60',
    '2026-11-20T10:44 Berlin',
  ]) {
    assert.is(issueKey(timestamp, text), 'problem.timestamp', text);
  }
});

test('values that would lose precision are rejected: microseconds, leap seconds, hour 24', () => {
  assert.is(iso('2026-11-20T10:44:00.123000'), '2026-11-20T10:44:00.123Z');
  for (const text of ['2026-11-20T10:44:00.123456', '2026-11-20T10:44:60', '2026-11-20T24:00', '2026-11-20']) {
    assert.is(issueKey(timestamp, text), 'problem.timestamp', text);
  }
});

test('a local time that was skipped is rejected with the reason', () => {
  const outcome = timestamp.type.parse('2026-03-29T02:30', timestamp, BERLIN);
  const issue = must(outcome.ok ? undefined : outcome.issue);
  assert.match(english(issue.key, issue.params), '2026-03-29 02:30 does not exist in Europe/Berlin');
  assert.is(issueKey(timestamp, '2011-12-30T12:00', 'Pacific/Apia'), 'problem.timeSkipped', 'a whole day');
});

test('a local time that occurs twice is rejected with both offsets, each a different moment', () => {
  const outcome = timestamp.type.parse('2026-10-25T02:30', timestamp, BERLIN);
  const issue = must(outcome.ok ? undefined : outcome.issue);
  assert.is(issue.key, 'problem.timeTwice');
  assert.is(iso(String(issue.params?.first), BERLIN), '2026-10-25T00:30:00.000Z');
  assert.is(iso(String(issue.params?.second), BERLIN), '2026-10-25T01:30:00.000Z');
  assert.match(english(issue.key, issue.params), '2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00');
});

test('the control shows the user’s local time, with an offset only where it is ambiguous', () => {
  assert.is(timestamp.type.text('2026-11-20 10:44:00+00', timestamp, BERLIN), '2026-11-20T11:44');
  assert.is(timestamp.type.text('2026-10-25 00:30:00+00', timestamp, BERLIN), '2026-10-25T02:30+02:00');
  assert.is(timestamp.type.text('2026-11-20 10:44:00.12+00', timestamp, BERLIN), '2026-11-20T11:44:00.120');
});

test('the text of the control parses to the same moment in any time zone', () => {
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
    fc.property(moments, fc.constantFrom(...zones), (moment, timeZone) => {
      const dbValue = `${moment.toISOString().slice(0, -1).replace('T', ' ')}+00`;
      assert.is(iso(timestamp.type.text(dbValue, timestamp, timeZone), timeZone), moment.toISOString());
    }),
    { numRuns: 500 },
  );
});

test('offsets of a time zone include historical ones with seconds', () => {
  assert.is(formatOffset(offsetAt('Africa/Monrovia', Date.parse('1960-01-01T00:00:00Z'))), '-00:44:30');
  assert.is(offsetAt('UTC', 0), 0);
  assert.equal(resolveLocalTime('UTC', 5), [5]);
});

test('a local date and time is never shifted', () => {
  assert.is(parse(local, '2001-01-01T00:47', 'America/New_York'), '2001-01-01 00:47:00');
  assert.is(local.type.text('2001-01-01 00:47:00', local, 'America/New_York'), '2001-01-01T00:47');
  assert.is(parse(local, '2026-03-29 02:30:01', BERLIN), '2026-03-29 02:30:01', 'no clock change concerns it');
  for (const text of [
    '2001-01-01T00:47Z',
    '2001-01-01T00:47+01:00',
    '2001-01-01',
    '2001-02-29T00:00',
    '2001-01-01T00:47:00.5',
  ]) {
    assert.is(issueKey(local, text), 'problem.localDateTime', text);
  }
});

test('cells contain the machine-readable and the formatted value', () => {
  assert.is(
    cellFor(timestamp, formatter)('2026-11-20 10:44:00.1+00', {}),
    '<time datetime="2026-11-20T10:44:00.1Z">[2026-11-20 10:44:00.1+00]</time>',
  );
  assert.is(cellFor(date, formatter)('2026-11-20', {}), '<time datetime="2026-11-20">[2026-11-20]</time>');
  assert.is(cellFor(time, formatter)('09:30:00', {}), '<time datetime="09:30">09:30</time>');
});

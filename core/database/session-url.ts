/** Settings that make the text of a value the same on every server, whatever the role, the database or the machine prefer. */
const SETTINGS = {
  DateStyle: 'ISO,MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // Not for the text: PostgreSQL compiles plans that are priced high. A list's plan is priced for all rows and reads fifty.
  jit: 'off',
};

/**
 * The address with our session settings and a name for `pg_stat_activity`. They travel in the startup packet, so no
 * connection costs a `set` of its own. Settings that the address brings along come later and win.
 */
export function sessionUrl(url: string, applicationName: string): string {
  const [address, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  const ours = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  const theirs = parameters.get('options');
  parameters.set('options', [...ours, ...(theirs === null ? [] : [theirs])].join(' '));
  if (!parameters.has('application_name')) parameters.set('application_name', applicationName);
  // %20, not +: PostgreSQL's own address parser does not know the plus.
  return `${address}?${parameters.toString().replaceAll('+', '%20')}`;
}

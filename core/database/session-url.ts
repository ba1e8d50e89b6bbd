/** Settings that make PostgreSQL's output format independent of the defaults of the role, the database and the server. */
export const SESSION_SETTINGS = {
  DateStyle: 'ISO,MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // Unrelated to output: PostgreSQL JIT-compiles plans with a high cost, and a list's plan is costed for all rows but reads only
  // fifty.
  jit: 'off',
};

/**
 * The URL with the session settings of rustio-admin and a name for `pg_stat_activity`. The settings are sent in the startup packet,
 * so that a connection needs no `set` statements. Settings in the given URL take precedence.
 */
export function sessionUrl(url: string, applicationName: string): string {
  const [address, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  const defaults = Object.entries(SESSION_SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  const own = parameters.get('options');
  parameters.set('options', [...defaults, ...(own === null ? [] : [own])].join(' '));
  if (!parameters.has('application_name')) parameters.set('application_name', applicationName);
  // %20, not +: PostgreSQL's own URL parser does not decode the plus.
  return `${address}?${parameters.toString().replaceAll('+', '%20')}`;
}

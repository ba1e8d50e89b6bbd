import { accessSync, constants } from 'node:fs';

/** The allowed values of known parameters. Other parameters are passed to PostgreSQL, which checks them. */
const PARAMETERS: Readonly<Record<string, readonly string[] | RegExp>> = {
  sslmode: ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
  ssl: ['true', '1', '0', 'no-verify'],
  sslnegotiation: ['postgres', 'direct'],
  port: /^\d{1,5}$/,
  statement_timeout: /^\d+$/,
  lock_timeout: /^\d+$/,
  idle_in_transaction_session_timeout: /^\d+$/,
  query_timeout: /^\d+$/,
};
const FILES = ['sslcert', 'sslkey', 'sslrootcert'];

/** Why a PostgreSQL URL cannot be used; undefined if it can. The text quotes no part of the URL, which may contain a password. */
export function databaseUrlProblem(url: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(url)) return 'is not a valid PostgreSQL URL, such as postgres://user@host:5432/name';
  // A # begins the fragment of a URL, so the rest of the password, the host and the database name would be ignored.
  if (url.includes('#')) return 'contains a #: in a user name or password, write it as %23';
  const [authority = ''] = url.replace(/^\w+:\/\//, '').split(/[/?]/, 1);
  const hosts = authority.slice(authority.lastIndexOf('@') + 1);
  if (hosts.includes(',')) return 'lists several hosts: only one is supported';
  const port = /:([^:\]]*)$/.exec(hosts)?.[1] ?? '';
  if (port !== '' && !isPort(port))
    return 'has a port that is not a number from 1 to 65535; in a user name or password, write / ? : @ as %2F %3F %3A %40';
  if (!isDecodable(url)) return 'contains a % that does not begin an escape such as %23; write the character % as %25';
  if (/%00/.test(url)) return 'contains %00, which PostgreSQL does not accept';
  if (authority !== '' && /^(?::\d*)?$/.test(hosts))
    return 'has no host; for a socket, write postgres:///name?host=/folder&user=name';
  if (!URL.canParse(url))
    return 'is not a valid URL: check the host, and encode special characters in user name and password';
  // fault: url-parameters-unchecked
  return parametersProblem(new URL(url).searchParams);
}

function parametersProblem(parameters: URLSearchParams): string | undefined {
  for (const [name, value] of parameters) {
    const allowed = PARAMETERS[name];
    if (Array.isArray(allowed) && !allowed.includes(value))
      return `has a parameter ${name} that is not one of ${allowed.join(', ')}`;
    if (allowed instanceof RegExp && !allowed.test(value)) return `has a parameter ${name} that is not a number`;
    if (name === 'port' && !isPort(value)) return 'has a parameter port that is not a number from 1 to 65535';
    if (FILES.includes(name) && !isReadable(value)) return `has a parameter ${name} with a file that cannot be read`;
  }
  const mode = parameters.get('sslmode') ?? 'disable';
  if (parameters.get('sslnegotiation') === 'direct' && mode === 'disable' && parameters.has('sslmode'))
    return 'has sslnegotiation=direct with sslmode=disable';
  if (parameters.get('uselibpqcompat') === 'true' && mode === 'verify-ca' && !parameters.has('sslrootcert'))
    return 'has sslmode=verify-ca without sslrootcert';
  return undefined;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

-- Everyone whom the proxy has ever sent here, so that records and the audit trail can refer to people by a number.
create table proxy_person (
  id integer generated always as identity primary key,
  name text not null unique,
  first_seen_at timestamptz not null default now()
);

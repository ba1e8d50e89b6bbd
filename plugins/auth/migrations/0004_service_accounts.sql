-- Service accounts: programs, which have tokens and never sign in.

alter table rustio_user
  add column kind text not null default 'person'
    constraint rustio_user_kind_check check (kind in ('person', 'service')),
  -- No password lets a program in, and no email leaves for it: the domain `.invalid` never receives any (RFC 6761).
  add constraint rustio_user_service_check check (
    kind = 'person' or (password_hash is null and lower(email) like '%.invalid')
  );

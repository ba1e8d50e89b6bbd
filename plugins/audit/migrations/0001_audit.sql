-- What happened: one row an event, written in the transaction of the change, and never touched again.

create table rustio_audit (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default clock_timestamp(),
  event text not null,
  -- Who did it, as it was then: no foreign key, so that nobody's deletion takes his trail along.
  actor_kind text not null
    constraint rustio_audit_actor_kind_check check (actor_kind in ('anonymous', 'person', 'command', 'job', 'token', 'assistant')),
  actor_id bigint,
  actor_label text not null,
  -- What it was done to, as it was called then.
  subject_model text,
  subject_key text,
  subject_label text,
  before jsonb,
  after jsonb,
  data jsonb,
  correlation_id text not null,
  -- What proved who did it: the public id of a session or token.
  credential_scheme text,
  credential_id text,
  address inet,
  constraint rustio_audit_subject_check check ((subject_model is null) = (subject_key is null)),
  constraint rustio_audit_credential_check check (
    (credential_scheme is null) = (credential_id is null) and length(credential_id) <= 200
  )
);

create index rustio_audit_subject_idx on rustio_audit (subject_model, subject_key, id desc);
create index rustio_audit_actor_idx on rustio_audit (actor_id, id desc);
create index rustio_audit_event_idx on rustio_audit (event, id desc);
create index rustio_audit_at_idx on rustio_audit (at);
create index rustio_audit_correlation_idx on rustio_audit (correlation_id);

create function rustio_audit_append_only() returns trigger
language plpgsql
as $$
begin
  raise exception 'the audit trail is append-only: % refused', lower(tg_op)
    using errcode = 'restrict_violation';
end
$$;

create trigger rustio_audit_append_only
  before update or delete or truncate on rustio_audit
  for each statement
  execute function rustio_audit_append_only();

-- Also where a session pretends to be a replica, which switches ordinary triggers off.
alter table rustio_audit enable always trigger rustio_audit_append_only;

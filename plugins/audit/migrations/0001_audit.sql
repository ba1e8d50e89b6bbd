-- The audit trail: one row per event, written in the same transaction as the change. Rows are never updated or deleted.

create table rustio_audit (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default clock_timestamp(),
  event text not null,
  -- The actor at the time of the event. There is no foreign key, so that deleting a user does not delete their entries.
  actor_kind text not null
    constraint rustio_audit_actor_kind_check check (actor_kind in ('anonymous', 'user', 'command', 'job', 'token', 'assistant')),
  actor_id bigint,
  actor_label text not null,
  -- The record that was affected, with its label at the time.
  subject_model text,
  subject_key text,
  subject_label text,
  before jsonb,
  after jsonb,
  data jsonb,
  correlation_id text not null,
  -- The credential that authenticated the actor: the public ID of a session or token.
  credential_scheme text,
  credential_id text,
  address inet,
  constraint rustio_audit_subject_check check ((subject_model is null) = (subject_key is null)),
  constraint rustio_audit_credential_check check (
    (credential_scheme is null) = (credential_id is null) and length(credential_id) <= 200
  )
);

-- Not of the whole key: an index holds 2.7 KB, and the key of a record can be as long.
create index rustio_audit_subject_idx on rustio_audit (subject_model, left(subject_key, 400), id desc);
create index rustio_audit_actor_idx on rustio_audit (actor_id, id desc);
create index rustio_audit_event_idx on rustio_audit (event, id desc);
create index rustio_audit_at_idx on rustio_audit (at);
create index rustio_audit_correlation_idx on rustio_audit (correlation_id);

create function rustio_audit_append_only() returns trigger
language plpgsql
as $$
begin
  raise exception 'the audit trail is append-only: % rejected', lower(tg_op)
    using errcode = 'restrict_violation';
end
$$;

create trigger rustio_audit_append_only
  before update or delete or truncate on rustio_audit
  for each statement
  execute function rustio_audit_append_only();

-- Fire even if session_replication_role is "replica", which disables ordinary triggers.
alter table rustio_audit enable always trigger rustio_audit_append_only;

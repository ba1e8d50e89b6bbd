-- Permissions that have no effect must not become effective again.
delete from rustio_group_permission where relation is not null and not exists (select from pg_class where oid = relation);
delete from rustio_user_permission where relation is not null and not exists (select from pg_class where oid = relation);
alter table rustio_user_permission drop column relation;
alter table rustio_group_permission drop column relation;
alter table rustio_user
  drop column erased_at,
  drop column time_zone,
  drop column locale,
  drop column locked_until;

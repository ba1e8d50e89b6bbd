-- Locks, preferences and erasure of accounts; what a permission was granted for.

alter table rustio_user
  -- Until then, the user cannot sign in; 'infinity' if the lock has no end.
  add column locked_until timestamptz(3),
  -- Preferences; null if the user has not chosen.
  add column locale text
    constraint rustio_user_locale_check check (length(locale) between 2 and 35),
  add column time_zone text
    constraint rustio_user_time_zone_check check (length(time_zone) between 1 and 64),
  -- The row of an erased account remains, under a pseudonym, so that references and audit entries stay valid.
  add column erased_at timestamptz(3)
    constraint rustio_user_erased_check check (
      erased_at is null or (not active and password_hash is null and display_name is null)
    );

-- The table of the model that a permission was granted for; null if the permission does not belong to a model. A permission whose
-- table has been dropped has no effect, and none either after a new model of the same name has been created. pg_dump writes the
-- name of the table, so that the reference remains valid in a restored database.
alter table rustio_group_permission add column relation regclass;
alter table rustio_user_permission add column relation regclass;

-- Permissions granted before: those of models with the default name of their table.
update rustio_group_permission
set relation = to_regclass(lower(regexp_replace(split_part(permission, '.', 1), '([A-Z])', '_\1', 'g')));
update rustio_user_permission
set relation = to_regclass(lower(regexp_replace(split_part(permission, '.', 1), '([A-Z])', '_\1', 'g')));

-- Users, groups and their permissions.

create table rustio_user (
  id bigint generated always as identity primary key,
  email text not null
    constraint rustio_user_email_check check (email = btrim(email) and length(email) between 3 and 254),
  display_name text
    constraint rustio_user_display_name_check check (length(display_name) <= 150),
  -- An Argon2id hash in PHC format; null if the user cannot sign in with a password.
  password_hash text
    constraint rustio_user_password_hash_check check (password_hash like '$argon2id$%'),
  role text not null default 'user'
    constraint rustio_user_role_check check (role in ('user', 'staff', 'supervisor', 'administrator', 'developer')),
  active boolean not null default true,
  password_changed_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

-- Email addresses are stored as entered and are unique regardless of case.
create unique index rustio_user_email_key on rustio_user (lower(email));
create index rustio_user_role_idx on rustio_user (role) where active;

create table rustio_group (
  id bigint generated always as identity primary key,
  name text not null
    constraint rustio_group_name_check check (length(name) between 1 and 150),
  description text
    constraint rustio_group_description_check check (length(description) <= 500),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create unique index rustio_group_name_key on rustio_group (lower(name));

create table rustio_group_permission (
  group_id bigint not null references rustio_group on delete cascade,
  permission text not null,
  primary key (group_id, permission)
);

create table rustio_user_group (
  user_id bigint not null references rustio_user on delete cascade,
  group_id bigint not null references rustio_group on delete cascade,
  primary key (user_id, group_id)
);

create index rustio_user_group_group_id_idx on rustio_user_group (group_id);

create table rustio_user_permission (
  user_id bigint not null references rustio_user on delete cascade,
  permission text not null,
  primary key (user_id, permission)
);

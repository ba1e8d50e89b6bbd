create table comments_comment (
  id bigint generated always as identity primary key,
  -- Any record of any model: no foreign key can point there, so a hook removes comments with their record.
  model text not null,
  record_key text not null,
  author_id bigint references rustio_user on delete set null,
  body text not null constraint comments_comment_body_check check (body <> '' and length(body) <= 2000),
  created_at timestamptz(3) not null default now()
);
create index comments_comment_record_idx on comments_comment (model, record_key, id desc);

-- Uploaded files. The content is in the file store under the same ID; records refer to it by this ID.
create table rustio_file (
  id uuid not null,
  -- pending: uploaded, not yet used by a record; kept: used by exactly one record; gone: no longer used, content to be deleted.
  -- The row is inserted before the content is written and deleted after it is removed, so content never exists without a row.
  state text not null default 'pending',
  -- The model and field that the file belongs to.
  model text not null,
  field text not null,
  name text not null,
  -- Detected from the content.
  type text not null,
  size bigint not null,
  sha256 text not null,
  -- Dimensions of images, in pixels.
  width integer,
  height integer,
  -- While a file is pending, only the user who uploaded it can access it.
  created_by text not null,
  created_at timestamptz(3) not null default now(),
  changed_at timestamptz(3) not null default now(),
  constraint rustio_file_pkey primary key (id),
  constraint rustio_file_state check (state in ('pending', 'kept', 'gone')),
  constraint rustio_file_name check (char_length(name) between 1 and 200),
  constraint rustio_file_size check (size > 0),
  constraint rustio_file_sha256 check (sha256 ~ '^[0-9a-f]{64}$')
);

-- Pending and deleted files: a small index, regardless of the number of files.
create index rustio_file_passing_idx on rustio_file (changed_at) where state <> 'kept';

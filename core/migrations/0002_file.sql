-- Files that people uploaded. The content lies in the file store under the same id; the column of a record points here.
create table rustio_file (
  id uuid not null,
  -- pending: uploaded, and no record holds it yet; kept: exactly one does; gone: none does any more, the content may go.
  -- A row stands here before its content is written and until it is removed, so no content is ever without one.
  state text not null default 'pending',
  -- Whose it is: the field of a model.
  model text not null,
  field text not null,
  name text not null,
  -- Found out from the content.
  type text not null,
  size bigint not null,
  sha256 text not null,
  -- In dots, of pictures.
  width integer,
  height integer,
  -- As long as it is pending, it is there for whoever uploaded it and for nobody else.
  created_by text not null,
  created_at timestamptz(3) not null default now(),
  changed_at timestamptz(3) not null default now(),
  constraint rustio_file_pkey primary key (id),
  constraint rustio_file_state check (state in ('pending', 'kept', 'gone')),
  constraint rustio_file_name check (char_length(name) between 1 and 200),
  constraint rustio_file_size check (size > 0),
  constraint rustio_file_sha256 check (sha256 ~ '^[0-9a-f]{64}$')
);

-- What is on its way in or out: few of them, however many files there are.
create index rustio_file_passing_idx on rustio_file (changed_at) where state <> 'kept';

-- Emails: one row per email, written in the transaction that causes it. The job `mail.send` sends it after the commit.

create table rustio_mail (
  id uuid primary key default gen_random_uuid(),
  recipient text not null
    constraint rustio_mail_recipient_check check (length(recipient) <= 254),
  view text not null,
  locale text not null,
  created_at timestamptz(3) not null default now(),
  attempts integer not null default 0,
  last_error text
    constraint rustio_mail_last_error_check check (length(last_error) <= 500),
  sent_at timestamptz(3),
  failed_at timestamptz(3),
  -- Subject, text and HTML, encrypted under RUSTIO_SECRET_KEYS, because emails contain links that sign people in. Deleted as soon as
  -- the mail is sent or has failed; in development it is kept for the mailbox.
  sealed bytea,
  constraint rustio_mail_end_check check (sent_at is null or failed_at is null),
  constraint rustio_mail_sealed_check check (sealed is not null or sent_at is not null or failed_at is not null)
);

create index rustio_mail_created_at_idx on rustio_mail (created_at desc);
create index rustio_mail_waiting_idx on rustio_mail (created_at) where sent_at is null and failed_at is null;
create index rustio_mail_failed_at_idx on rustio_mail (failed_at) where failed_at is not null;

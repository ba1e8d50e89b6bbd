alter table rustio_session disable trigger rustio_session_stays_ended;
update rustio_session set data = '{}' where octet_length(data::text) > 65536;
alter table rustio_session enable trigger rustio_session_stays_ended;

alter table rustio_session
  drop column token_due,
  drop column previous_token_hash,
  drop column token_replaced_at,
  drop constraint rustio_session_data_check,
  add constraint rustio_session_data_check check (jsonb_typeof(data) = 'object' and octet_length(data::text) <= 65536);

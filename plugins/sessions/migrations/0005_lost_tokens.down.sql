alter table rustio_session_replaced_token drop column newer_used_at;
alter table rustio_session drop column token_unused_since;

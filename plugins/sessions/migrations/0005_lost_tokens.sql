-- The response with a new token can be lost: the previous token remains valid until the new one is used, at most for some minutes.

alter table rustio_session
  -- When the current token was issued by a change of permissions; null once it was used, and if it was issued in any other way.
  add column token_unused_since timestamptz(3);

alter table rustio_session_replaced_token
  -- When a newer token was used for the first time. Until then, nobody but the sender of this token is known to have one.
  add column newer_used_at timestamptz(3);

update rustio_session_replaced_token set newer_used_at = replaced_at;

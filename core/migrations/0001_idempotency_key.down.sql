drop table rustio_idempotency_key;

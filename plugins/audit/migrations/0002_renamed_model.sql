-- Renamed models. The audit table is append-only, so its entries keep the former name; this table maps it to the current name.
-- A former name can be reused, so each row applies only to entries in the range (after_id, last_id].
create table rustio_audit_renamed_model (
  former_model text not null,
  current_model text not null,
  after_id bigint not null,
  last_id bigint not null,
  constraint rustio_audit_renamed_model_pkey primary key (former_model, last_id)
);

create index rustio_audit_renamed_model_current_idx on rustio_audit_renamed_model (current_model);

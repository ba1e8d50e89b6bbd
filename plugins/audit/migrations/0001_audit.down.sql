drop table rustio_audit;
drop function rustio_audit_append_only();

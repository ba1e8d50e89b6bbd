-- Finds what came from an IP address, newest first.
create index rustio_audit_address_idx on rustio_audit (address, id desc) where address is not null;

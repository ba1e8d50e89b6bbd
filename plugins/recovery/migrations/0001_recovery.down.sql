drop table rustio_recovery_link;

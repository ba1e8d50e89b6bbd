drop table rustio_mfa_grace;
drop table rustio_mfa_remembered_device;
drop table rustio_mfa_backup_code;
drop table rustio_mfa_totp;

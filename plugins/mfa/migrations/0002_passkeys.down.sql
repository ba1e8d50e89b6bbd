drop table rustio_mfa_challenge;
drop table rustio_mfa_passkey;

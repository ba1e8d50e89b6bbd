drop table key_sign_in_challenge;
drop table key_sign_in_key;

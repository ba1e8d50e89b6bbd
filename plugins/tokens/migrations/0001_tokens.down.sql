drop table rustio_token_permission;
drop table rustio_token;
drop function rustio_token_stays_ended();

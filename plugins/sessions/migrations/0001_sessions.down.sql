drop table rustio_session;
drop function rustio_session_stays_ended();

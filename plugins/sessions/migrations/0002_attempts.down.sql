drop function rustio_withdraw_attempt(bytea[], double precision[], bytea[]);
drop function rustio_admit_attempt(bytea[], double precision[], double precision[], double precision[], double precision[]);
drop table rustio_attempt;

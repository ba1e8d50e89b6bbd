drop table rustio_job_schedule;
drop table rustio_job_worker;
drop table rustio_job;

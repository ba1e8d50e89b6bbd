drop table jobs_job;

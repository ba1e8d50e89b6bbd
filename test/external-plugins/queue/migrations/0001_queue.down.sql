drop table queue_job;

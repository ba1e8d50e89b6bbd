drop table rustio_schedule;

drop table rustio_once;

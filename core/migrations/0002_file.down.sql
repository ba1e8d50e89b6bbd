drop table rustio_file;

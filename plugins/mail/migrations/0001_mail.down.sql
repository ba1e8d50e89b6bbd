drop table rustio_mail;

alter table rustio_user drop column must_change_password;
drop table rustio_account_link;

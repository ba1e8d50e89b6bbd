-- Without the column, nothing tells a service account from a person, whom an administrator could give a password.
update rustio_user set active = false where kind = 'service';
alter table rustio_user drop constraint rustio_user_service_check, drop column kind;

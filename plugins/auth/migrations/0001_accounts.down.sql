drop table rustio_user_permission;
drop table rustio_user_group;
drop table rustio_group_permission;
drop table rustio_group;
drop table rustio_user;

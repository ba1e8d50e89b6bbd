drop table proxy_person;

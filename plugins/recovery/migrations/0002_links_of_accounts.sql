-- The plugin auth keeps links in rustio_account_link, so that other plugins can send links as well. Those that were sent before
-- this migration end; they were valid for an hour.

drop table rustio_recovery_link;

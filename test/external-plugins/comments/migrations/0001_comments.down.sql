drop table comments_comment;

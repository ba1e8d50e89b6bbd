drop table json_api_token;

-- Only into an empty table, as the database may be a file.
insert into item (title, link, done, added)
select * from (values
    ('RFC 9112: HTTP/1.1', 'https://www.rfc-editor.org/rfc/rfc9112', false, current_timestamp),
    ('JEP 444: Virtual Threads', 'https://openjdk.org/jeps/444', true, current_timestamp),
    ('Go: package net/http', 'https://pkg.go.dev/net/http', false, current_timestamp))
where not exists (select 1 from item);

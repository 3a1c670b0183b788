-- +goose Up
-- a search by two names reads the index alone
UPDATE {{p}}client_words SET names = '*' WHERE octet_length(names) > 500;
ALTER TABLE {{p}}client_words DROP CONSTRAINT {{p}}client_words_pkey, ALTER COLUMN names TYPE text COLLATE "C",
	ADD PRIMARY KEY (agency_id, kind, word, sort, client_id) INCLUDE (names);

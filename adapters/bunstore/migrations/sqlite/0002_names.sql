-- +goose Up
-- names too long for PostgreSQL's index are looked up word by word, here too
UPDATE {{p}}client_words SET names = '*' WHERE length(CAST(names AS BLOB)) > 500;

-- +goose Up
-- one row, which is written to see whether there is room for more
CREATE TABLE {{p}}ready (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, filler BLOB NOT NULL);

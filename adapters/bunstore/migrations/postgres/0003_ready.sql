-- +goose Up
-- one row, which is written to see whether changes are taken
CREATE TABLE {{p}}ready (id integer PRIMARY KEY, at timestamptz NOT NULL);

-- +goose Up
-- who may not act any more is asked with each request
ALTER TABLE {{p}}staff ADD COLUMN deactivated BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE {{p}}staff SET deactivated = TRUE WHERE CAST(substr(data, 1, instr(data, '[') - 1) AS INTEGER) IN
	(SELECT id FROM {{p}}shapes WHERE fields LIKE '%"deactivated"%');

CREATE TABLE {{p}}tokens (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, staff_id BLOB NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}tokens_staff ON {{p}}tokens (agency_id, staff_id, id);
-- what opens a token is found by its hash alone, before the agency is known
CREATE TABLE {{p}}token_keys (
	hash BLOB NOT NULL PRIMARY KEY, agency_id INTEGER NOT NULL, token_id BLOB NOT NULL, staff_id BLOB NOT NULL, ends INTEGER NOT NULL,
	revoked BOOLEAN NOT NULL, used INTEGER, UNIQUE (agency_id, token_id),
	FOREIGN KEY (agency_id, token_id) REFERENCES {{p}}tokens (agency_id, id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id)
) WITHOUT ROWID;

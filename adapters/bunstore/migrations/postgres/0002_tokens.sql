-- +goose Up
-- who may not act any more is asked with each request
ALTER TABLE {{p}}staff ADD COLUMN deactivated boolean NOT NULL DEFAULT FALSE;
UPDATE {{p}}staff SET deactivated = TRUE WHERE (data->>'deactivated')::boolean;

CREATE TABLE {{p}}tokens (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, staff_id uuid NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id)
);
CREATE INDEX {{p}}tokens_staff ON {{p}}tokens (agency_id, staff_id, id);
-- what opens a token is found by its hash alone, before the agency is known
CREATE TABLE {{p}}token_keys (
	hash bytea NOT NULL PRIMARY KEY, agency_id integer NOT NULL, token_id uuid NOT NULL, staff_id uuid NOT NULL, ends timestamptz NOT NULL,
	revoked boolean NOT NULL, used timestamptz, UNIQUE (agency_id, token_id),
	FOREIGN KEY (agency_id, token_id) REFERENCES {{p}}tokens (agency_id, id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id)
);

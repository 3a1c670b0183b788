-- +goose Up
CREATE TABLE {{p}}agencies (
	key TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, lists INTEGER NOT NULL, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE {{p}}counters (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), name TEXT NOT NULL, value INTEGER NOT NULL,
	PRIMARY KEY (agency_id, name)
) WITHOUT ROWID;
CREATE TABLE {{p}}sites (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}programs (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}funders (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}contacts (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}statements (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}plans (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}staff (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, user_key TEXT NOT NULL, PRIMARY KEY (agency_id, id), UNIQUE (agency_id, user_key)
) WITHOUT ROWID;
CREATE TABLE {{p}}staff_programs (
	agency_id TEXT NOT NULL, staff_id TEXT NOT NULL, program_id TEXT NOT NULL,
	PRIMARY KEY (agency_id, staff_id, program_id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;

CREATE TABLE {{p}}clients (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL,
	kind TEXT NOT NULL, sort TEXT NOT NULL, name TEXT NOT NULL, preferred TEXT NOT NULL, birth_date TEXT, gender TEXT NOT NULL,
	family_code TEXT NOT NULL, email TEXT NOT NULL, postal_code TEXT NOT NULL, immigration_class TEXT NOT NULL,
	country TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX {{p}}clients_number ON {{p}}clients (agency_id, number);
CREATE INDEX {{p}}clients_sort ON {{p}}clients (agency_id, kind, sort, id);
CREATE INDEX {{p}}clients_birth ON {{p}}clients (agency_id, birth_date);
CREATE INDEX {{p}}clients_family ON {{p}}clients (agency_id, family_code) WHERE family_code <> '';
CREATE INDEX {{p}}clients_email ON {{p}}clients (agency_id, email) WHERE email <> '';
CREATE INDEX {{p}}clients_postal ON {{p}}clients (agency_id, postal_code) WHERE postal_code <> '';
-- kind n: a folded word of a name, with all words of the person in names; p: the digits of a phone, or their last seven
CREATE TABLE {{p}}client_words (
	agency_id TEXT NOT NULL, kind TEXT NOT NULL, word TEXT NOT NULL, sort TEXT NOT NULL, names TEXT NOT NULL, client_id TEXT NOT NULL,
	PRIMARY KEY (agency_id, kind, word, sort, client_id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}client_words_client ON {{p}}client_words (agency_id, client_id, kind, word);
CREATE TABLE {{p}}client_identifiers (
	agency_id TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, client_id TEXT NOT NULL,
	PRIMARY KEY (agency_id, kind, value),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}client_identifiers_value ON {{p}}client_identifiers (agency_id, value);
CREATE INDEX {{p}}client_identifiers_client ON {{p}}client_identifiers (agency_id, client_id);

CREATE TABLE {{p}}sessions (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, worker_id TEXT NOT NULL, type TEXT NOT NULL,
	service_date TEXT NOT NULL, site_id TEXT NOT NULL, complete BOOLEAN NOT NULL, forms INTEGER NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, worker_id) REFERENCES {{p}}staff (agency_id, id),
	FOREIGN KEY (agency_id, site_id) REFERENCES {{p}}sites (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}sessions_date ON {{p}}sessions (agency_id, service_date, id);
CREATE INDEX {{p}}sessions_worker ON {{p}}sessions (agency_id, worker_id, service_date, id);
CREATE INDEX {{p}}sessions_open ON {{p}}sessions (agency_id, worker_id, service_date, id) WHERE NOT complete;
CREATE INDEX {{p}}sessions_open_date ON {{p}}sessions (agency_id, service_date, id) WHERE NOT complete;
CREATE TABLE {{p}}session_funders (
	agency_id TEXT NOT NULL, session_id TEXT NOT NULL, funder_id TEXT NOT NULL,
	PRIMARY KEY (agency_id, session_id, funder_id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}session_clients (
	agency_id TEXT NOT NULL, session_id TEXT NOT NULL, client_id TEXT NOT NULL, kind TEXT NOT NULL, added TEXT NOT NULL,
	removal TEXT,
	PRIMARY KEY (agency_id, session_id, client_id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}session_clients_client ON {{p}}session_clients (agency_id, client_id, session_id);
CREATE TABLE {{p}}session_forms (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, session_id TEXT NOT NULL, client_id TEXT NOT NULL,
	kind TEXT NOT NULL, definition INTEGER NOT NULL, worker_id TEXT NOT NULL, program_id TEXT, funder_id TEXT,
	private BOOLEAN NOT NULL, complete BOOLEAN NOT NULL, removed BOOLEAN NOT NULL, missing TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, session_id, client_id) REFERENCES {{p}}session_clients (agency_id, session_id, client_id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX {{p}}session_forms_kind ON {{p}}session_forms (agency_id, session_id, client_id, kind) WHERE NOT removed;
CREATE INDEX {{p}}session_forms_session ON {{p}}session_forms (agency_id, session_id, client_id);
CREATE INDEX {{p}}session_forms_client ON {{p}}session_forms (agency_id, client_id, kind);
CREATE TABLE {{p}}session_documents (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, session_id TEXT NOT NULL, data TEXT NOT NULL, content BLOB NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id)
);
CREATE INDEX {{p}}session_documents_session ON {{p}}session_documents (agency_id, session_id);
-- what reports count: the forms of complete sessions
CREATE TABLE {{p}}facts (
	agency_id TEXT NOT NULL, session_id TEXT NOT NULL, form_id TEXT NOT NULL, service_date TEXT NOT NULL, kind TEXT NOT NULL,
	private BOOLEAN NOT NULL, worker_id TEXT NOT NULL, program_id TEXT, funder_id TEXT, site_id TEXT NOT NULL,
	session_type TEXT NOT NULL, client_id TEXT NOT NULL, client_kind TEXT NOT NULL, minutes INTEGER NOT NULL,
	PRIMARY KEY (agency_id, session_id, form_id),
	FOREIGN KEY (agency_id, form_id) REFERENCES {{p}}session_forms (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}facts_date ON {{p}}facts (agency_id, service_date, kind, private, worker_id, program_id, client_kind, client_id);

CREATE TABLE {{p}}events (
	seq INTEGER PRIMARY KEY AUTOINCREMENT, agency_id TEXT NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
	type TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL, changes TEXT NOT NULL, request TEXT NOT NULL
);
CREATE INDEX {{p}}events_agency ON {{p}}events (agency_id, seq);
CREATE TABLE {{p}}requests (
	agency_id TEXT NOT NULL, actor TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL, result TEXT NOT NULL,
	PRIMARY KEY (agency_id, actor, key)
) WITHOUT ROWID;

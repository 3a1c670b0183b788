-- +goose Up
CREATE TABLE {{p}}agencies (
	key text PRIMARY KEY NOT NULL, version bigint NOT NULL, lists bigint NOT NULL, data jsonb NOT NULL
);
CREATE TABLE {{p}}counters (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), name text NOT NULL, value bigint NOT NULL,
	PRIMARY KEY (agency_id, name)
);
CREATE TABLE {{p}}sites (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}programs (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}funders (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}contacts (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}statements (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}plans (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}staff (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, user_key text NOT NULL, PRIMARY KEY (agency_id, id), UNIQUE (agency_id, user_key)
);
CREATE TABLE {{p}}staff_programs (
	agency_id text NOT NULL, staff_id uuid NOT NULL, program_id uuid NOT NULL,
	PRIMARY KEY (agency_id, staff_id, program_id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);

CREATE TABLE {{p}}clients (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, number bigint NOT NULL,
	kind text NOT NULL, sort text COLLATE "C" NOT NULL, name text NOT NULL, preferred text NOT NULL, birth_date date, gender text NOT NULL,
	family_code text NOT NULL, email text NOT NULL, postal_code text COLLATE "C" NOT NULL, immigration_class text NOT NULL,
	country text NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id)
);
CREATE UNIQUE INDEX {{p}}clients_number ON {{p}}clients (agency_id, number);
CREATE INDEX {{p}}clients_sort ON {{p}}clients (agency_id, kind, sort, id);
CREATE INDEX {{p}}clients_birth ON {{p}}clients (agency_id, birth_date);
CREATE INDEX {{p}}clients_family ON {{p}}clients (agency_id, family_code) WHERE family_code <> '';
CREATE INDEX {{p}}clients_email ON {{p}}clients (agency_id, email) WHERE email <> '';
CREATE INDEX {{p}}clients_postal ON {{p}}clients (agency_id, postal_code) WHERE postal_code <> '';
-- kind n: a folded word of a name, with all words of the person in names; p: the digits of a phone, or their last seven
CREATE TABLE {{p}}client_words (
	agency_id text NOT NULL, kind text NOT NULL, word text COLLATE "C" NOT NULL, sort text COLLATE "C" NOT NULL, names text NOT NULL, client_id uuid NOT NULL,
	PRIMARY KEY (agency_id, kind, word, sort, client_id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}client_words_client ON {{p}}client_words (agency_id, client_id, kind, word);
CREATE TABLE {{p}}client_identifiers (
	agency_id text NOT NULL, kind text NOT NULL, value text NOT NULL, client_id uuid NOT NULL,
	PRIMARY KEY (agency_id, kind, value),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}client_identifiers_value ON {{p}}client_identifiers (agency_id, value);
CREATE INDEX {{p}}client_identifiers_client ON {{p}}client_identifiers (agency_id, client_id);

CREATE TABLE {{p}}sessions (
	agency_id text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, worker_id uuid NOT NULL, type text NOT NULL,
	service_date date NOT NULL, site_id uuid NOT NULL, complete boolean NOT NULL, forms integer NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, worker_id) REFERENCES {{p}}staff (agency_id, id),
	FOREIGN KEY (agency_id, site_id) REFERENCES {{p}}sites (agency_id, id)
);
CREATE INDEX {{p}}sessions_date ON {{p}}sessions (agency_id, service_date, id);
CREATE INDEX {{p}}sessions_worker ON {{p}}sessions (agency_id, worker_id, service_date, id);
CREATE INDEX {{p}}sessions_open ON {{p}}sessions (agency_id, worker_id, service_date, id) WHERE NOT complete;
CREATE INDEX {{p}}sessions_open_date ON {{p}}sessions (agency_id, service_date, id) WHERE NOT complete;
CREATE TABLE {{p}}session_funders (
	agency_id text NOT NULL, session_id uuid NOT NULL, funder_id uuid NOT NULL,
	PRIMARY KEY (agency_id, session_id, funder_id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id)
);
CREATE TABLE {{p}}session_clients (
	agency_id text NOT NULL, session_id uuid NOT NULL, client_id uuid NOT NULL, kind text NOT NULL, added timestamptz NOT NULL,
	removal jsonb,
	PRIMARY KEY (agency_id, session_id, client_id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}session_clients_client ON {{p}}session_clients (agency_id, client_id, session_id);
CREATE TABLE {{p}}session_forms (
	agency_id text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, session_id uuid NOT NULL, client_id uuid NOT NULL,
	kind text NOT NULL, definition integer NOT NULL, worker_id uuid NOT NULL, program_id uuid, funder_id uuid,
	private boolean NOT NULL, complete boolean NOT NULL, removed boolean NOT NULL, missing text NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, session_id, client_id) REFERENCES {{p}}session_clients (agency_id, session_id, client_id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id)
);
CREATE UNIQUE INDEX {{p}}session_forms_kind ON {{p}}session_forms (agency_id, session_id, client_id, kind) WHERE NOT removed;
CREATE INDEX {{p}}session_forms_session ON {{p}}session_forms (agency_id, session_id, client_id);
CREATE INDEX {{p}}session_forms_client ON {{p}}session_forms (agency_id, client_id, kind);
CREATE TABLE {{p}}session_documents (
	agency_id text NOT NULL, id uuid NOT NULL, session_id uuid NOT NULL, data jsonb NOT NULL, content bytea NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id)
);
CREATE INDEX {{p}}session_documents_session ON {{p}}session_documents (agency_id, session_id);
-- what reports count: the forms of complete sessions
CREATE TABLE {{p}}facts (
	agency_id text NOT NULL, session_id uuid NOT NULL, form_id uuid NOT NULL, service_date date NOT NULL, kind text NOT NULL,
	private boolean NOT NULL, worker_id uuid NOT NULL, program_id uuid, funder_id uuid, site_id uuid NOT NULL,
	session_type text NOT NULL, client_id uuid NOT NULL, client_kind text NOT NULL, minutes integer NOT NULL,
	PRIMARY KEY (agency_id, session_id, form_id),
	FOREIGN KEY (agency_id, form_id) REFERENCES {{p}}session_forms (agency_id, id)
);
CREATE INDEX {{p}}facts_date ON {{p}}facts (agency_id, service_date, kind, private, worker_id, program_id, client_kind, client_id);

CREATE TABLE {{p}}events (
	seq bigserial PRIMARY KEY, tx xid8 NOT NULL DEFAULT pg_current_xact_id(), agency_id text NOT NULL, id uuid NOT NULL, at timestamptz NOT NULL, actor text NOT NULL,
	type text NOT NULL, subject text NOT NULL, version bigint NOT NULL, changes jsonb NOT NULL, request text NOT NULL
);
CREATE INDEX {{p}}events_agency ON {{p}}events (agency_id, tx, seq);
CREATE TABLE {{p}}requests (
	agency_id text NOT NULL, actor text NOT NULL, key text NOT NULL, hash text NOT NULL, at timestamptz NOT NULL, result jsonb NOT NULL,
	PRIMARY KEY (agency_id, actor, key)
);

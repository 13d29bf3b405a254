-- +goose Up

-- Addresses are compared byte by byte (COLLATE "C"), whatever the database's locale, so that paging through a list is
-- the same everywhere. No column but version has a default: a driver that forgets one is refused.

CREATE TABLE rooms (
	jid     text COLLATE "C" PRIMARY KEY,
	version bigint NOT NULL DEFAULT 1, -- counts how often the room was saved

	epoch   bigint NOT NULL,
	secret  bytea NOT NULL,
	created timestamptz NOT NULL,
	locked  boolean NOT NULL,

	subject        text NOT NULL,
	subject_nick   text NOT NULL,
	subject_author text NOT NULL,
	subject_at     timestamptz NOT NULL,

	name               text NOT NULL,
	description        text NOT NULL,
	lang               text NOT NULL,
	password           text NOT NULL,
	password_protected boolean NOT NULL,
	persistent         boolean NOT NULL,
	public             boolean NOT NULL,
	public_list        boolean NOT NULL,
	members_only       boolean NOT NULL,
	moderated          boolean NOT NULL,
	non_anonymous      boolean NOT NULL,
	change_subject     boolean NOT NULL,
	allow_invites      boolean NOT NULL,
	allow_query        boolean NOT NULL,
	logging            boolean NOT NULL,
	allow_pm           text NOT NULL,
	presence_broadcast text[] NOT NULL,
	get_member_list    text[] NOT NULL,
	max_users          bigint NOT NULL,
	max_history        bigint NOT NULL,
	pubsub             text NOT NULL,
	federation_join    text NOT NULL,
	federation_accept  text[] NOT NULL
);

-- The service's list of rooms, and its length.
CREATE INDEX rooms_listed ON rooms (jid) WHERE public AND NOT locked;

CREATE TABLE affiliations (
	room        text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	jid         text COLLATE "C" NOT NULL,
	affiliation text NOT NULL,
	nick        text NOT NULL,
	reason      text NOT NULL,
	PRIMARY KEY (room, jid)
);

CREATE TABLE events (
	room    text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	origin  text COLLATE "C" NOT NULL,
	epoch   bigint NOT NULL,
	seq     bigint NOT NULL,
	at      bigint NOT NULL, -- hybrid logical clock: milliseconds since 1970 << 16 | counter
	arrival bigint NOT NULL GENERATED ALWAYS AS IDENTITY, -- the order in which this database got them

	kind        text NOT NULL,
	stanza_id   text NOT NULL,
	id          text NOT NULL,
	author      text NOT NULL,
	nick        text NOT NULL,
	occupant_id text NOT NULL,
	lang        text NOT NULL,
	via         text NOT NULL,
	open        boolean NOT NULL,
	payload     bytea NOT NULL, -- raw children
	dedupe      bytea,

	PRIMARY KEY (room, origin, epoch, seq)
);

-- The archive in order of arrival; the canonical order (at, origin); the latest dedupe keys.
CREATE INDEX events_arrival ON events (room, arrival);
CREATE INDEX events_at ON events (room, at);
CREATE INDEX events_dedupe ON events (room, arrival) WHERE dedupe IS NOT NULL;

CREATE TABLE links (
	room      text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	peer      text COLLATE "C" NOT NULL,
	inbound   boolean NOT NULL,
	state     text NOT NULL,
	synced_at timestamptz NOT NULL,
	PRIMARY KEY (room, peer)
);

-- +goose Down
DROP TABLE links, events, affiliations, rooms;

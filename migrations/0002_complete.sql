-- +goose Up

ALTER TABLE rooms
	ADD creator     text COLLATE "C" NOT NULL DEFAULT '',
	ADD subject_xml bytea NOT NULL DEFAULT '',

	ADD archiving                boolean NOT NULL DEFAULT true,
	ADD members_by_default       boolean NOT NULL DEFAULT true,
	ADD allow_visitor_status     boolean NOT NULL DEFAULT true,
	ADD allow_visitor_nickchange boolean NOT NULL DEFAULT true,
	ADD allow_voice_requests     boolean NOT NULL DEFAULT true,
	ADD allow_moderator_pm       boolean NOT NULL DEFAULT false,
	ADD allow_registration       boolean NOT NULL DEFAULT true,
	ADD nick_policy              text NOT NULL DEFAULT 'free',
	ADD slow_mode                bigint NOT NULL DEFAULT 0;
ALTER TABLE rooms
	ALTER creator DROP DEFAULT,
	ALTER subject_xml DROP DEFAULT,
	ALTER archiving DROP DEFAULT,
	ALTER members_by_default DROP DEFAULT,
	ALTER allow_visitor_status DROP DEFAULT,
	ALTER allow_visitor_nickchange DROP DEFAULT,
	ALTER allow_voice_requests DROP DEFAULT,
	ALTER allow_moderator_pm DROP DEFAULT,
	ALTER allow_registration DROP DEFAULT,
	ALTER nick_policy DROP DEFAULT,
	ALTER slow_mode DROP DEFAULT;
CREATE INDEX rooms_creator ON rooms (creator);

ALTER TABLE affiliations
	ADD key1 text NOT NULL DEFAULT '',
	ADD key2 text NOT NULL DEFAULT '';
ALTER TABLE affiliations
	ALTER key1 DROP DEFAULT,
	ALTER key2 DROP DEFAULT;

-- The keys of affiliations, of both kinds, so that no two users share one. They are compared at the end of a transaction,
-- where a batch that is committed once more finds what it left itself.
CREATE TABLE nick_keys (
	room text COLLATE "C" NOT NULL,
	jid  text COLLATE "C" NOT NULL,
	key  text COLLATE "C" NOT NULL,
	PRIMARY KEY (room, jid, key),
	UNIQUE (room, key) DEFERRABLE INITIALLY DEFERRED,
	FOREIGN KEY (room, jid) REFERENCES affiliations ON DELETE CASCADE
);

CREATE TABLE vcards (
	room  text COLLATE "C" PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
	vcard bytea NOT NULL
);

CREATE TABLE hats (
	room    text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	uri     text COLLATE "C" NOT NULL,
	title   text NOT NULL,
	hue     text NOT NULL,
	wearers text[] NOT NULL,
	PRIMARY KEY (room, uri)
);

CREATE TABLE holds (
	room  text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	jid   text COLLATE "C" NOT NULL,
	nick  text NOT NULL,
	until timestamptz NOT NULL,
	PRIMARY KEY (room, jid)
);

CREATE TABLE requests (
	room text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	jid  text COLLATE "C" NOT NULL,
	nick text NOT NULL,
	form bytea NOT NULL,
	at   timestamptz NOT NULL,
	PRIMARY KEY (room, jid)
);

CREATE TABLE tombstones (
	room   text COLLATE "C" PRIMARY KEY, -- which is not in rooms
	venue  text NOT NULL,
	reason text NOT NULL,
	owners text[] NOT NULL,
	until  timestamptz NOT NULL
);
CREATE INDEX tombstones_until ON tombstones (until);

-- What is looked up is compared byte by byte.
ALTER TABLE events
	ALTER stanza_id TYPE text COLLATE "C",
	ALTER author TYPE text COLLATE "C",
	ALTER nick TYPE text COLLATE "C";

-- Arrival and at are two orders: what another node brings after a while is old when it arrives. high is the highest at of
-- its room's log up to the event, itself included. It never falls from one arrival to the next, and so it tells where in
-- the order of arrival a time begins.
ALTER TABLE events
	ADD retracted boolean NOT NULL DEFAULT false,
	ADD high      bigint;
UPDATE events SET high = upto.high
	FROM (SELECT room, arrival, max(at) OVER (PARTITION BY room ORDER BY arrival) AS high FROM events) AS upto
	WHERE events.room = upto.room AND events.arrival = upto.arrival;
ALTER TABLE events
	ALTER retracted DROP DEFAULT,
	ALTER high SET NOT NULL;

-- The first arrival of a time; what came more than a minute late; what has an id; what was said under a nick, or by
-- somebody. Nobody reads in the order of at alone.
DROP INDEX events_at;
CREATE INDEX events_high ON events (room, high, arrival);
CREATE INDEX events_late ON events (room, arrival, at) WHERE at >> 16 < (high >> 16) - 60000;
CREATE INDEX events_stanza_id ON events (room, stanza_id);
CREATE INDEX events_nick ON events (room, nick, arrival);
CREATE INDEX events_author ON events (room, split_part(author, '/', 1), arrival);

-- +goose Down
DROP INDEX events_high, events_late, events_stanza_id, events_nick, events_author;
CREATE INDEX events_at ON events (room, at);
ALTER TABLE events
	ALTER stanza_id TYPE text COLLATE "default",
	ALTER author TYPE text COLLATE "default",
	ALTER nick TYPE text COLLATE "default",
	DROP retracted, DROP high;
DROP TABLE tombstones, requests, holds, hats, vcards, nick_keys;
ALTER TABLE affiliations DROP key1, DROP key2;
ALTER TABLE rooms
	DROP creator, DROP subject_xml,
	DROP archiving, DROP members_by_default, DROP allow_visitor_status, DROP allow_visitor_nickchange,
	DROP allow_voice_requests, DROP allow_moderator_pm, DROP allow_registration, DROP nick_policy, DROP slow_mode;

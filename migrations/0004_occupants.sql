-- +goose Up

-- Who is in which room, so that a restart finds everybody where they were.
CREATE TABLE occupants (
	room     text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	jid      text COLLATE "C" NOT NULL, -- full
	nick     text NOT NULL,
	role     text NOT NULL,
	silenced boolean NOT NULL,
	entry    bigint NOT NULL,
	spoke    bigint NOT NULL,
	payload  bytea NOT NULL, -- raw presence children
	PRIMARY KEY (room, jid)
);

-- Temporary rooms end with the last occupant; at a start they are looked for.
CREATE INDEX rooms_temporary ON rooms (jid) WHERE NOT persistent;

-- +goose Down
DROP INDEX rooms_temporary;
DROP TABLE occupants;

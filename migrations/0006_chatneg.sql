-- +goose Up

ALTER TABLE rooms
	ADD talk_logging text NOT NULL DEFAULT 'pass',
	ADD user_optout  boolean NOT NULL DEFAULT false;
ALTER TABLE rooms
	ALTER talk_logging DROP DEFAULT,
	ALTER user_optout DROP DEFAULT;

-- Sessions that two parties have negotiated (XEP-0155), and those that are on their way there. Nothing of what is said in them
-- is kept.
CREATE TABLE chatneg_sessions (
	room    text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	key     text COLLATE "C" NOT NULL, -- of the parties and their thread
	thread  text NOT NULL,
	a       text NOT NULL,             -- who offered, as the room knows him
	b       text NOT NULL,
	dialect text NOT NULL,             -- FORM_TYPE
	role    text NOT NULL,             -- "relay", "party" or "node"
	state   text NOT NULL,
	params  text[] NOT NULL,           -- in force, name=value
	data    bytea NOT NULL,            -- the rest, JSON
	PRIMARY KEY (room, key)
);

-- +goose Down
DROP TABLE chatneg_sessions;
ALTER TABLE rooms
	DROP talk_logging,
	DROP user_optout;

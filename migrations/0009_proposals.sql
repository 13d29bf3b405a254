-- +goose Up

-- What users of a room that is a replica want to say, until its primary has repeated it (XEP-0289).
CREATE TABLE proposals (
	room   text COLLATE "C" NOT NULL REFERENCES rooms ON DELETE CASCADE,
	author text COLLATE "C" NOT NULL, -- full JID
	id     text COLLATE "C" NOT NULL, -- on the way
	named  text NOT NULL,             -- as its author has
	until  timestamptz NOT NULL,
	state  text NOT NULL,             -- "asked", "refused" or "told"
	PRIMARY KEY (room, author, id)
);

CREATE INDEX proposals_undecided ON proposals (room) WHERE state <> 'told';

-- +goose Down
DROP TABLE proposals;

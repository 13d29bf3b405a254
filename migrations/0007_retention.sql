-- +goose Up

-- What a room keeps of its log, 0 for as much as the service does.
ALTER TABLE rooms
	ADD keep_days   bigint NOT NULL DEFAULT 0,
	ADD keep_events bigint NOT NULL DEFAULT 0;
ALTER TABLE rooms
	ALTER keep_days DROP DEFAULT,
	ALTER keep_events DROP DEFAULT;

-- The highest number and the highest clock of what was cut off a log, so that none comes twice.
CREATE TABLE cuts (
	room text COLLATE "C" PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
	seq  bigint NOT NULL,
	at   bigint NOT NULL
);

-- +goose Down
DROP TABLE cuts;
ALTER TABLE rooms
	DROP keep_days,
	DROP keep_events;

-- +goose Up

-- What has been said in a room, by who said it, under which id, and what: so that it is known when it comes again. The latest
-- keys of a room are found in order of arrival, as all events are.
CREATE INDEX events_known ON events (room, dedupe, at) WHERE dedupe IS NOT NULL;
DROP INDEX events_dedupe;

-- +goose Down
CREATE INDEX events_dedupe ON events (room, arrival) WHERE dedupe IS NOT NULL;
DROP INDEX events_known;

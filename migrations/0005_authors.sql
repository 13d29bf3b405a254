-- +goose Up

-- events_author has what somebody said. These have what one of his resources said, and what he said where all knew him.
CREATE INDEX events_resource ON events (room, author, arrival);
CREATE INDEX events_open ON events (room, split_part(author, '/', 1), arrival) WHERE open;

-- +goose Down
DROP INDEX events_resource, events_open;

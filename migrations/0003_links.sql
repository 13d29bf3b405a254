-- +goose Up

-- How far a peer has our log: the stanza_id of the last event of it, '' where that is not known.
ALTER TABLE links ADD acked text NOT NULL DEFAULT '';
ALTER TABLE links ALTER acked DROP DEFAULT;

-- +goose Down
ALTER TABLE links DROP acked;

-- +goose Up

-- What the operator has done with a link: '' for nothing, 'paused', or 'dropped'.
ALTER TABLE links ADD held text NOT NULL DEFAULT '';
ALTER TABLE links ALTER held DROP DEFAULT;

-- +goose Down
ALTER TABLE links DROP held;

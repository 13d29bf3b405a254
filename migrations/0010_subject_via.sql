-- +goose Up

-- The peer from which a room has what it is about, '' for none.
ALTER TABLE rooms ADD subject_via text NOT NULL DEFAULT '';
ALTER TABLE rooms ALTER subject_via DROP DEFAULT;

-- +goose Down
ALTER TABLE rooms DROP subject_via;

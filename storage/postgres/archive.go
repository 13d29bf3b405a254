package postgres

import (
	"context"
	"errors"

	"isthmus/storage"
)

var errNotYet = errors.New("storage/postgres: not yet")

// Archive implements storage.Store.
func (s *Store) Archive(ctx context.Context, q storage.Query) (*storage.Page, error) {
	return nil, errNotYet
}

// Rooms implements storage.Store.
func (s *Store) Rooms(ctx context.Context, after string, limit int) ([]storage.Listed, int, error) {
	return nil, 0, errNotYet
}

// Owned implements storage.Store.
func (s *Store) Owned(ctx context.Context, creator string) (int, error) { return 0, errNotYet }

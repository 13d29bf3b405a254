package main

import (
	"context"
	"errors"

	"github.com/rs/zerolog"

	"isthmus/cmd/isthmus/internal/config"
	"isthmus/storage"
	"isthmus/storage/embedded"
	"isthmus/storage/memory"
	"isthmus/storage/postgres"
)

// openStore opens what storage.url names, and returns how to close it with all that was started for it.
func openStore(ctx context.Context, c config.Storage, log zerolog.Logger) (storage.Store, func() error, error) {
	switch c.Kind() {
	case config.Memory:
		s := memory.New()
		return s, s.Close, nil
	case config.Embedded:
		return openEmbedded(ctx, c.DataDir, log)
	}
	s, err := postgres.Open(ctx, c.URL.Reveal())
	if err != nil {
		return nil, nil, err
	}
	return s, s.Close, nil
}

func openEmbedded(ctx context.Context, dir string, log zerolog.Logger) (storage.Store, func() error, error) {
	server, err := embedded.Start(ctx, dir, postgresLog(log))
	if err != nil {
		return nil, nil, err
	}
	stop := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		return server.Stop(ctx)
	}
	s, err := postgres.Open(ctx, server.URL())
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return s, func() error { return errors.Join(s.Close(), stop()) }, nil
}

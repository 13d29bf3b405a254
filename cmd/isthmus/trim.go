package main

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"isthmus/cmd/isthmus/internal/config"
	"isthmus/storage"
)

// breath is how long the database is left to others between two parts.
const breath = 100 * time.Millisecond

// trimmer cuts what need not be kept any more off all logs, over and over, until ctx ends.
func trimmer(store storage.Store, rule func() config.Archive, log zerolog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		for pause(ctx, breath) {
			gone, err := trim(ctx, store, storage.Retention{Age: rule().Age, Events: rule().Events})
			switch {
			case ctx.Err() != nil:
			case err != nil:
				log.Warn().Err(err).Msg("what is too old could not be removed from the archive; it is tried again later")
			case gone > 0:
				log.Info().Int("events", gone).Msg("what was too old, or too much, has been removed from the archive")
			}
			if !pause(ctx, rule().Every) {
				break
			}
		}
		return nil
	}
}

// trim goes through all rooms once.
func trim(ctx context.Context, store storage.Store, keep storage.Retention) (gone int, err error) {
	keep.Now = time.Now()
	for from := ""; ; {
		next, n, err := store.Trim(ctx, keep, from)
		if gone += n; err != nil || next == "" {
			return gone, err
		}
		if from = next; !pause(ctx, breath) {
			return gone, ctx.Err()
		}
	}
}

// pause waits, and tells whether ctx lives on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

package main

import (
	"context"
	"fmt"
	"strings"

	"isthmus/cmd/isthmus/internal/config"
)

// serve runs the daemon until ctx ends.
func serve(ctx context.Context, w world, flags map[string]string) error {
	hup, stop := hangups()
	defer stop()
	c, err := config.Load(flags["config"])
	if err != nil {
		fmt.Fprintln(w.err, err)
		return errTold
	}
	log, loudness := newLog(c.Log, w.err)
	log.Info().Str("version", version).Str("domain", c.Component.Domain).Str("storage", c.Storage.Kind()).Msg("isthmus begins")
	d := &daemon{path: flags["config"], config: c, log: log, loudness: loudness, hup: hup}
	d.current.Store(&c)
	if err := d.run(ctx); err != nil {
		log.Error().Msg("isthmus ends: " + sentence(c, err))
		return errTold
	}
	log.Info().Msg("isthmus ends")
	return nil
}

// sentence is an error as one line without the secrets of c.
func sentence(c config.Config, err error) string {
	return strings.Join(strings.Fields(c.Hide(err.Error())), " ")
}

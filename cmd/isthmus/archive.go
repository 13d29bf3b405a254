package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rs/zerolog"

	"isthmus/cmd/isthmus/internal/archive"
	"isthmus/cmd/isthmus/internal/config"
	"isthmus/storage"
	"isthmus/storage/embedded"
	"isthmus/storage/postgres"
)

var (
	roomFlag = option{"room", "", "the `ROOM`: its name, or its whole address"}
	fileFlag = option{"file", "-", "the `FILE`; - is standard output, or input"}
)

// archiveCommands work on the database itself, beside a daemon or without one.
var archiveCommands = []command{
	{"archive export", "write a room and all that was said in it to a file", []option{configFlag, roomFlag, fileFlag}, onArchive(exportRoom)},
	{"archive import", "read a room from such a file; -room gives it another name", []option{configFlag, roomFlag, fileFlag}, onArchive(importRoom)},
	{"archive verify", "look over what is stored of a room, or of all rooms", []option{configFlag, roomFlag}, onArchive(verifyRooms)},
}

// desk is where a command about the archive works.
type desk struct {
	world
	store storage.Store
	room  string // address, "" if none was named
	file  string
}

// onArchive opens the database for a command.
func onArchive(run func(context.Context, desk) error) func(context.Context, world, map[string]string) error {
	return func(ctx context.Context, w world, flags map[string]string) (err error) {
		c, err := config.Load(flags["config"])
		if err != nil {
			fmt.Fprintln(w.err, err)
			return errTold
		}
		store, done, err := attach(ctx, c.Storage)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, done()) }()
		room := flags["room"]
		if room != "" && !strings.Contains(room, "@") {
			room += "@" + c.Component.Domain
		}
		return run(ctx, desk{w, store, strings.ToLower(room), flags["file"]})
	}
}

// attach opens the database without disturbing a daemon that is at work on it.
func attach(ctx context.Context, c config.Storage) (storage.Store, func() error, error) {
	url := c.URL.Reveal()
	switch kind := c.Kind(); {
	case kind == config.Memory:
		return nil, nil, errors.New("storage.url is memory: what is said there is in no archive")
	case kind == config.Embedded && !embedded.InUse(c.DataDir):
		return openEmbedded(ctx, c.DataDir, zerolog.Nop())
	case kind == config.Embedded:
		var err error
		if url, err = embedded.Beside(c.DataDir); err != nil {
			return nil, nil, err
		}
	}
	s, err := postgres.Attach(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	return s, s.Close, nil
}

func exportRoom(ctx context.Context, d desk) (err error) {
	if d.room == "" {
		return errors.New("archive export: -room is missing")
	}
	var out io.Writer = d.out
	if d.file != "-" {
		// Whoever has the file has the room's secret and its password.
		f, err := os.OpenFile(d.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the operator names it
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	n, err := archive.Export(ctx, d.store, d.room, out)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.err, "%s: %d events\n", d.room, n)
	return nil
}

func importRoom(ctx context.Context, d desk) error {
	var in io.Reader = os.Stdin
	if d.file != "-" {
		f, err := os.Open(d.file) // #nosec G304 -- the operator names it
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	room, n, err := archive.Import(ctx, d.store, in, d.room)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.err, "%s: %d events\n", room, n)
	return nil
}

func verifyRooms(ctx context.Context, d desk) error {
	sound := true
	look := func(room string) error {
		n, wrong, err := archive.Verify(ctx, d.store, room)
		if err != nil {
			return fmt.Errorf("%s: %w", room, err)
		}
		for _, what := range wrong {
			sound = false
			fmt.Fprintf(d.out, "%s: %s\n", room, what)
		}
		if len(wrong) == 0 {
			fmt.Fprintf(d.out, "%s: %d events, ok\n", room, n)
		}
		return nil
	}
	if err := eachRoom(ctx, d, look); err != nil {
		return err
	}
	if !sound {
		return errTold
	}
	return nil
}

// eachRoom calls f with the room that was named, or with every one there is.
func eachRoom(ctx context.Context, d desk, f func(room string) error) error {
	if d.room != "" {
		return f(d.room)
	}
	for after := ""; ; {
		page, _, err := d.store.Rooms(ctx, after, 500)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if err := f(r.JID); err != nil {
				return err
			}
			after = r.JID
		}
	}
}

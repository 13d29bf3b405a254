package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"isthmus/cmd/isthmus/internal/config"
	"isthmus/storage"
	"isthmus/storage/memory"
)

// Logs are cut at once, and again when the time has come; the log of the daemon says how much is gone.
func TestTrimmer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		said := func(seq int64) {
			t.Helper()
			err := store.Commit(t.Context(), []storage.Change{
				storage.SaveRoom{Room: storage.RoomRecord{JID: "a@m", Epoch: 1}}, storage.SaveRoom{Room: storage.RoomRecord{JID: "b@m"}},
				storage.AppendEvent{Event: storage.Event{
					Room: "a@m", Origin: "a@m", Epoch: 1, Seq: seq, At: time.Now().UnixMilli() << 16, Kind: "message"}},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		left := func() int {
			page, err := store.Archive(t.Context(), storage.Query{Room: "a@m", Max: 10})
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Events)
		}
		said(1)
		time.Sleep(2 * time.Hour)
		said(2)
		var out bytes.Buffer
		b := begin(trimmer(store, func() config.Archive { return config.Archive{Age: time.Hour, Every: time.Hour} }, zerolog.New(&out)))
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := left(); n != 1 {
			t.Errorf("%d are left of the two at once", n)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if n := left(); n != 0 {
			t.Errorf("%d are left after a while", n)
		}
		store.Close()
		time.Sleep(2 * time.Hour)
		b.end(context.Background())
		if err := b.err(); err != nil {
			t.Error(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) < 3 || !strings.Contains(lines[0], `"events":1`) || !strings.Contains(lines[2], `"level":"warn"`) {
			t.Errorf("the log says\n%s", out.String())
		}
	})
}

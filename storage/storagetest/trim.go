package storagetest

import (
	"fmt"
	"testing"
	"time"

	"isthmus/storage"
)

// trim: what is too old, or too much, goes; the room's own word narrows the service's; numbers do not come twice.
func trim(t *testing.T, s storage.Store) {
	day := 24 * time.Hour
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	tests := []struct {
		name string
		days []int // how old each event is, in order of arrival
		keep storage.Retention
		own  storage.Config
		want []int // what is left
	}{
		{"for ever", []int{9, 5, 1}, storage.Retention{}, storage.Config{}, []int{9, 5, 1}},
		{"age", []int{9, 5, 1}, storage.Retention{Age: 5 * day}, storage.Config{}, []int{5, 1}},
		{"all", []int{9, 5, 2}, storage.Retention{Age: day}, storage.Config{}, nil},
		{"number", []int{9, 5, 1}, storage.Retention{Events: 2}, storage.Config{}, []int{5, 1}},
		{"number, of fewer", []int{9}, storage.Retention{Events: 2}, storage.Config{}, []int{9}},
		{"both", []int{9, 5, 3, 1}, storage.Retention{Age: 6 * day, Events: 2}, storage.Config{}, []int{3, 1}},
		{"its own days", []int{9, 5, 1}, storage.Retention{}, storage.Config{KeepDays: 6}, []int{5, 1}},
		{"its own number", []int{9, 5, 1}, storage.Retention{}, storage.Config{KeepEvents: 1}, []int{1}},
		{"never more than the service", []int{9, 5, 1}, storage.Retention{Age: 2 * day, Events: 1}, storage.Config{KeepDays: 9, KeepEvents: 9}, []int{1}},
		{"what came late", []int{9, 5, 8, 1}, storage.Retention{Age: 6 * day}, storage.Config{}, []int{5, 8, 1}},
		{"a limit below nothing", []int{9}, storage.Retention{}, storage.Config{KeepDays: -1, KeepEvents: -1}, []int{9}},
	}
	for i, test := range tests {
		jid := fmt.Sprintf("%02d@m", i)
		room := newRoom(jid)
		room.Room.Config = test.own
		batch := []storage.Change{room}
		for n, days := range test.days {
			batch = append(batch, storage.AppendEvent{Event: aged(jid, n+1, now.Add(-time.Duration(days)*day))})
		}
		commit(t, s, batch...)
		before := load(t, s, jid, 0)
		test.keep.Now = now
		gone := trimAll(t, s, test.keep)
		var left []int
		for _, e := range archived(t, s, jid) {
			left = append(left, int(now.Sub(time.UnixMilli(e.At>>16))/day))
		}
		equal(t, test.name, left, test.want)
		equal(t, test.name+": how many are gone", gone, len(test.days)-len(test.want))
		after := load(t, s, jid, 0)
		equal(t, test.name+": the last number", []int64{after.LastSeq, after.LastAt}, []int64{before.LastSeq, before.LastAt})
		commit(t, s, storage.DeleteRoom{JID: jid})
	}
}

// trimMuch: a long log goes in parts, other rooms' logs stay, and a room that is made anew has no memory of the old one.
func trimMuch(t *testing.T, s storage.Store) {
	const many = 5000
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	room := newRoom("a@m")
	room.Room.Config.KeepEvents = 10
	batch := []storage.Change{room, newRoom("b@m")}
	for n := range many {
		batch = append(batch, storage.AppendEvent{Event: aged("a@m", n+1, now)}, storage.AppendEvent{Event: aged("b@m", n+1, now)})
	}
	commit(t, s, batch...)
	equal(t, "gone", trimAll(t, s, storage.Retention{Now: now}), many-10)
	equal(t, "left", len(archived(t, s, "a@m")), 10)
	equal(t, "left of the other", len(archived(t, s, "b@m")), many)
	equal(t, "the last number", load(t, s, "a@m", 0).LastSeq, int64(many))
	commit(t, s, storage.DeleteRoom{JID: "a@m"}, newRoom("a@m"))
	equal(t, "the last number of a new room", load(t, s, "a@m", 0).LastSeq, int64(0))
}

func trimAll(t *testing.T, s storage.Store, keep storage.Retention) (gone int) {
	t.Helper()
	for from, turns := "", 0; ; turns++ {
		next, n, err := s.Trim(t.Context(), keep, from)
		if err != nil || turns > 1000 {
			t.Fatalf("Trim: %v, after %d turns", err, turns)
		}
		if gone += n; next == "" {
			return gone
		}
		from = next
	}
}

func aged(room string, seq int, at time.Time) storage.Event {
	return storage.Event{Room: room, Origin: room, Epoch: 7, Seq: int64(seq), At: at.UnixMilli() << 16, Kind: "message",
		StanzaID: fmt.Sprint(seq)}
}

func archived(t *testing.T, s storage.Store, room string) []storage.Event {
	t.Helper()
	page, err := s.Archive(t.Context(), storage.Query{Room: room, Max: 10000})
	if err != nil {
		t.Fatal(err)
	}
	return page.Events
}

// resume: numbers go on behind what is said, and are not taken back.
func resume(t *testing.T, s storage.Store) {
	commit(t, s, newRoom("a@m"), storage.Resume{Room: "a@m", Seq: 10, At: 20})
	commit(t, s, storage.Resume{Room: "a@m", Seq: 5, At: 30})
	got := load(t, s, "a@m", 0)
	equal(t, "number and clock", []int64{got.LastSeq, got.LastAt}, []int64{10, 30})
	refused(t, s, storage.Resume{Room: "none@m", Seq: 1, At: 1})
	refused(t, s, storage.Resume{Room: "a@m", Seq: 11, At: 30}, storage.Resume{Room: "none@m"})
	equal(t, "the number after a batch that was refused", load(t, s, "a@m", 0).LastSeq, int64(10))
}

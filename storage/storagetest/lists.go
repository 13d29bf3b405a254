package storagetest

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"isthmus/storage"
)

// history comes in order of arrival, which is not that of seq or of the clock; below 0 it is the room's own number.
func history(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	log := []storage.Event{said(den, 5), said(den, 1), said(den, 3)}
	room := newRoom(den)
	room.Room.Config.MaxHistory = 2
	commit(t, s, room, newRoom(attic), storage.AppendEvent{Event: log[0]})
	commit(t, s, appended(said(attic, 1), log[1], said(attic, 2))...)
	commit(t, s, storage.AppendEvent{Event: log[2]})
	for limit, want := range map[int][]storage.Event{-1: log[1:], 0: nil, 1: log[2:], 2: log[1:], 3: log, 1000: log} {
		equal(t, fmt.Sprint("history of ", limit), load(t, s, den, limit).History, want)
	}
	subject := said(den, 9)
	subject.Kind = "subject"
	commit(t, s, storage.AppendEvent{Event: subject})
	equal(t, "history of the room's own number", load(t, s, den, -1).History, log[1:])
}

// historyOfMany: one batch that is longer than what a driver may send at once, and whose payloads are long.
func historyOfMany(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	var log []storage.Event
	for seq := range int64(2500) {
		e := said(den, seq+1)
		e.Payload = append(make([]byte, 4096), e.Payload...)
		log = append(log, e)
	}
	commit(t, s, append([]storage.Change{newRoom(den)}, appended(log...)...)...)
	equal(t, "history", load(t, s, den, 3000).History, log)
}

func lastSeqAndLastAt(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	last := func(seq, at int64) {
		t.Helper()
		r := load(t, s, den, 0)
		equal(t, "LastSeq, LastAt", []int64{r.LastSeq, r.LastAt}, []int64{seq, at})
	}
	commit(t, s, newRoom(den))
	last(0, 0)

	other, old := said(den, 9), said(den, 8)
	other.Origin, old.Epoch = "den@peer.example", 6
	commit(t, s, appended(other, old)...)
	last(0, 9<<16)

	commit(t, s, appended(said(den, 4), said(den, 2))...)
	last(4, 9<<16)
}

// seen has the keys of the last 1,000 events that have one, in order of arrival.
func seen(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	var log []storage.Event
	var want [][]byte
	for seq := range int64(1200) {
		e := said(den, seq+1)
		if seq%10 != 9 {
			e.Dedupe = binary.BigEndian.AppendUint64(nil, uint64(seq))
		}
		if seq >= 200 && e.Dedupe != nil {
			want = append(want, e.Dedupe)
		}
		log = append(log, e)
	}
	commit(t, s, append([]storage.Change{newRoom(den)}, appended(log...)...)...)
	equal(t, "Seen", load(t, s, den, 0).Seen, want)
}

func public(t *testing.T, s storage.Store) {
	var batch []storage.Change
	room := func(jid string, public, locked bool) {
		r := newRoom(jid)
		r.Room.Config.Name, r.Room.Config.Public, r.Room.Locked = "Room "+jid, public, locked
		batch = append(batch, r)
	}
	for _, jid := range []string{"d@m", "B@m", "a@m", "é@m", "c@m"} {
		room(jid, true, false)
	}
	room("bb@m", false, false)
	room("cc@m", true, true)
	room("dd@m", false, true)
	commit(t, s, batch...)
	commit(t, s, storage.DeleteRoom{JID: "ab@m", Tombstone: &storage.Tombstone{Until: farAway}})

	for _, page := range []struct {
		what  string
		list  func(context.Context, string, int) ([]storage.Listed, int, error)
		after string
		max   int
		want  []string
		total int
	}{
		// In the order of bytes, whatever the database's locale.
		{"Public", s.Public, "", 100, []string{"B@m", "a@m", "c@m", "d@m", "é@m"}, 5},
		{"Public", s.Public, "", 2, []string{"B@m", "a@m"}, 5},
		{"Public", s.Public, "a@m", 2, []string{"c@m", "d@m"}, 5},
		{"Public", s.Public, "bb@m", 1, []string{"c@m"}, 5}, // not in the list itself
		{"Public", s.Public, "d@m", 2, []string{"é@m"}, 5},
		{"Public", s.Public, "é@m", 2, nil, 5},
		{"Public", s.Public, "", 0, nil, 5},
		{"Public", s.Public, "", -1, nil, 5},
		{"Rooms", s.Rooms, "", 100, []string{"B@m", "a@m", "bb@m", "c@m", "cc@m", "d@m", "dd@m", "é@m"}, 8},
		{"Rooms", s.Rooms, "a@m", 2, []string{"bb@m", "c@m"}, 8},
		{"Rooms", s.Rooms, "c@m", 1, []string{"cc@m"}, 8},
		{"Rooms", s.Rooms, "é@m", 2, nil, 8},
		{"Rooms", s.Rooms, "", -1, nil, 8},
	} {
		list, total, err := page.list(t.Context(), page.after, page.max)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range list {
			if got = append(got, l.JID); l.Name != "Room "+l.JID {
				t.Errorf("name of %s: %q", l.JID, l.Name)
			}
		}
		equal(t, fmt.Sprintf("%s(%q, %d)", page.what, page.after, page.max), got, page.want)
		equal(t, "total", total, page.total)
	}
}

func owned(t *testing.T, s storage.Store) {
	room := func(jid, creator string) storage.SaveRoom {
		r := newRoom(jid)
		r.Room.Creator = creator
		return r
	}
	const juliet, nurse = "juliet@capulet.example", "nurse@capulet.example"
	commit(t, s, room("a@m", juliet), room("b@m", juliet), room("c@m", nurse), room("d@m", ""))
	commit(t, s, room("b@m", juliet), room("c@m", juliet), storage.DeleteRoom{JID: "a@m"})
	for creator, want := range map[string]int{juliet: 2, nurse: 0, "": 1, "juliet": 0} {
		n, err := s.Owned(t.Context(), creator)
		if n != want || err != nil {
			t.Errorf("Owned(%q) = %d, %v, want %d", creator, n, err, want)
		}
	}
}

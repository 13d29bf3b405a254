package storagetest

import (
	"testing"

	"isthmus/storage"
)

// known finds in one room's log what comes again, wherever it is from and even if it was retracted, by its key and the time:
// a key may come again the next day.
func known(t *testing.T, s storage.Store) {
	const den, attic, hour = "den@muc.example", "attic@muc.example", 3600 * 1000 << 16
	at := func(room string, seq, at int64, key string) storage.Event {
		e := said(room, seq)
		e.At, e.Dedupe = at, []byte(key)
		return e
	}
	log := []storage.Event{at(den, 1, 100*hour, "a"), at(den, 2, 101*hour, "b"), at(den, 3, 150*hour, "a"), at(attic, 1, 100*hour, "c"), said(den, 4)}
	log[1].Via = "den@peer.example"
	commit(t, s, append([]storage.Change{newRoom(den), newRoom(attic)}, appended(log...)...)...)
	commit(t, s, storage.Retract{Room: den, StanzaID: log[2].StanzaID, Payload: []byte("<retracted/>")})
	for _, c := range []struct {
		room string
		key  string
		at   int64
		want bool
	}{
		{den, "a", 100 * hour, true}, {den, "a", 99 * hour, true}, {den, "a", 88 * hour, true}, {den, "a", 88*hour - 1, false},
		{den, "a", 112 * hour, true}, {den, "a", 112*hour + 1, false}, {den, "a", 150 * hour, true}, {den, "a", 0, false},
		{den, "b", 100 * hour, true}, {den, "c", 100 * hour, false}, {den, "", 0, false}, {attic, "c", 100 * hour, true},
		{"nowhere@muc.example", "a", 100 * hour, false}, {"no\x00where", "a", 100 * hour, false},
	} {
		got, err := s.Known(t.Context(), c.room, []storage.Trace{{Dedupe: []byte(c.key), At: c.at}})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "Known of "+c.key+" in "+c.room, got, []bool{c.want})
	}
	got, err := s.Known(t.Context(), den, []storage.Trace{
		{Dedupe: []byte("b"), At: 100 * hour}, {Dedupe: []byte("c"), At: 100 * hour}, {Dedupe: []byte("a"), At: 100 * hour}, {At: 4 << 16},
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "many", got, []bool{true, false, true, false})
	if got, err := s.Known(t.Context(), den, nil); len(got) > 0 || err != nil {
		t.Errorf("Known of nothing = %v, %v", got, err)
	}
}

package storagetest

import (
	"testing"

	"isthmus/storage"
)

// sessions: who is in a room is loaded with it, and rooms that were in use are found.
func sessions(t *testing.T, s storage.Store) {
	q := sample[storage.Session]()
	other := q
	q.JID, other.JID = "alice@a/pc", "bob@b/pc"
	temporary, empty, used := storage.RoomRecord{JID: "a@m"}, storage.RoomRecord{JID: "b@m"}, storage.RoomRecord{JID: "c@m"}
	empty.Config.Persistent, used.Config.Persistent = true, true
	commit(t, s,
		storage.SaveRoom{Room: temporary}, storage.SaveRoom{Room: empty}, storage.SaveRoom{Room: used},
		storage.SaveSession{Room: "c@m", Session: other}, storage.SaveSession{Room: "c@m", Session: q},
	)
	equal(t, "sessions", load(t, s, "c@m", 0).Sessions, []storage.Session{q, other})
	unfinished(t, s, "", 10, "a@m", "c@m")
	unfinished(t, s, "a@m", 10, "c@m")
	unfinished(t, s, "", 1, "a@m")
	unfinished(t, s, "", 0)

	q.Nick, q.Payload = "other", nil
	commit(t, s, storage.SaveSession{Room: "c@m", Session: q}, storage.DeleteSession{Room: "c@m", JID: "bob@b/pc"})
	equal(t, "sessions", load(t, s, "c@m", 0).Sessions, []storage.Session{q})
	commit(t, s,
		storage.DeleteSession{Room: "c@m", JID: "alice@a/pc"},
		storage.DeleteSession{Room: "c@m", JID: "nobody@n/x"}, storage.DeleteSession{Room: "none@m", JID: "nobody@n/x"},
	)
	unfinished(t, s, "", 10, "a@m")
	refused(t, s, storage.SaveSession{Room: "none@m", Session: q})

	commit(t, s, storage.SaveSession{Room: "c@m", Session: q}, storage.DeleteRoom{JID: "c@m"}, storage.SaveRoom{Room: used})
	equal(t, "sessions of a new room", load(t, s, "c@m", 0).Sessions, []storage.Session(nil))
}

func unfinished(t *testing.T, s storage.Store, after string, limit int, want ...string) {
	t.Helper()
	got, err := s.Unfinished(t.Context(), after, limit)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "unfinished rooms", got, want)
}

package storagetest

import (
	"fmt"
	"sync"
	"testing"

	"isthmus/storage"
)

func batchInOrder(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	named := newRoom(den)
	named.Room.Config.Name = "second"
	commit(t, s, newRoom(den), storage.AppendEvent{Event: said(den, 1)}, storage.DeleteRoom{JID: den},
		named, storage.AppendEvent{Event: said(den, 2)}, storage.AppendEvent{Event: said(den, 3)},
		storage.SaveLink{Link: storage.Link{Room: den, Peer: "p"}}, storage.DeleteLink{Room: den, Peer: "p"},
		storage.AppendEvent{Event: said(den, 4)})
	equal(t, "room", load(t, s, den, 10), &storage.Room{
		RoomRecord: named.Room, LastSeq: 4, LastAt: 4 << 16,
		History: []storage.Event{said(den, 2), said(den, 3), said(den, 4)},
	})
}

func batchWholeOrNotAtAll(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	commit(t, s, everything(den)...)
	want := load(t, s, den, 10)

	renamed, other := newRoom(den), said(den, 1)
	renamed.Room.Config.Name = "renamed"
	other.Payload = []byte("<body>other</body>")
	last := storage.AppendEvent{Event: other} // which is refused
	refused(t, s, renamed, newRoom("attic@muc.example"), storage.AppendEvent{Event: said(den, 2)},
		storage.DeleteLink{Room: den, Peer: "den@peer.example"}, storage.SaveLink{Link: storage.Link{Room: den, Peer: "q"}},
		storage.SaveAffiliation{Room: den, Affiliation: storage.Affiliation{JID: "a@b", Affiliation: "none"}},
		storage.SaveAffiliation{Room: den, Affiliation: storage.Affiliation{JID: "c@b", Affiliation: "admin", Key1: "ann"}},
		storage.SaveVCard{Room: den, VCard: []byte("<other/>")}, storage.SaveVCard{Room: den},
		storage.SaveHat{Room: den, Hat: storage.Hat{URI: "xmpp:hats:host"}},
		storage.SaveHat{Room: den, Hat: storage.Hat{URI: "x"}},
		storage.DeleteHat{Room: den, URI: "xmpp:hats:host"},
		storage.SaveHold{Room: den, Hold: storage.Hold{JID: "q"}}, storage.DeleteHold{Room: den, JID: "a@b"},
		storage.SaveRequest{Room: den, Request: storage.Request{JID: "c@b"}}, storage.DeleteRequest{Room: den, JID: "c@b"},
		storage.SaveSession{Room: den, Session: storage.Session{JID: "c@b/1"}}, storage.DeleteSession{Room: den, JID: "a@b/1"},
		last)
	refused(t, s, storage.DeleteRoom{JID: den}, storage.AppendEvent{Event: said(den, 2)})
	refused(t, s, storage.DeleteRoom{JID: den, Tombstone: &storage.Tombstone{Until: farAway}},
		storage.AppendEvent{Event: said(den, 2)})
	refused(t, s, storage.Retract{Room: den, StanzaID: said(den, 1).StanzaID},
		storage.AppendEvent{Event: said("attic@muc.example", 1)})

	equal(t, "room", load(t, s, den, 10), want)
	missing(t, s, "attic@muc.example")
	commit(t, s, storage.AppendEvent{Event: said(den, 2)}) // a refused batch does not block its keys
}

func emptyBatch(t *testing.T, s storage.Store) { commit(t, s) }

func oneEventAKey(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	first := said(den, 1)
	commit(t, s, newRoom(den), newRoom(attic), storage.AppendEvent{Event: first})

	second := first
	second.Payload = []byte("<body>other</body>")
	refused(t, s, storage.AppendEvent{Event: second})
	refused(t, s, appended(said(den, 2), second, said(den, 3))...)
	twice := said(den, 2)
	twice.Nick = "other"
	refused(t, s, appended(said(den, 2), twice)...)
	equal(t, "history", load(t, s, den, 10).History, []storage.Event{first})

	// Each part of the key tells events apart.
	room, origin, epoch, seq := first, first, first, first
	room.Room, origin.Origin, epoch.Epoch, seq.Seq = attic, attic, 8, 2
	commit(t, s, appended(room, origin, epoch, seq)...)
	equal(t, "history", load(t, s, den, 10).History, []storage.Event{first, origin, epoch, seq})
}

// sameEventAgain: a batch whose commit was answered by a passing error may have been committed all the same. Trying it
// again, whole or with more behind it, is no error, and no event is seen twice.
func sameEventAgain(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	event := sample[storage.Event]()
	event.Room = den
	plain := said(den, 2) // without a dedupe key
	batch := append([]storage.Change{newRoom(den)}, appended(event, plain)...)
	commit(t, s, batch...)
	want := load(t, s, den, 10)
	commit(t, s, batch...)
	equal(t, "room", load(t, s, den, 10), want)

	commit(t, s, append(batch, appended(said(den, 3), said(den, 3))...)...)
	equal(t, "history", load(t, s, den, 10).History, append(want.History, said(den, 3)))
}

// retractedAgain: a batch that was committed although its answer was lost comes again when an event of it is retracted.
func retractedAgain(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	event := sample[storage.Event]()
	event.Room, event.Retracted = den, false
	batch := append(everything(den), storage.AppendEvent{Event: event},
		storage.Retract{Room: den, StanzaID: event.StanzaID, Payload: []byte("<retracted/>")})
	commit(t, s, batch...)
	want := load(t, s, den, 10)
	commit(t, s, batch...)
	commit(t, s, storage.AppendEvent{Event: event})
	equal(t, "room", load(t, s, den, 10), want)

	other := event
	other.Nick = "other"
	refused(t, s, storage.AppendEvent{Event: other})
	first := said(den, 1)
	first.Retracted = true
	refused(t, s, storage.AppendEvent{Event: first}) // the one that is there was not
}

func refusedText(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	commit(t, s, newRoom(den))
	for _, bad := range []string{"a\x00b", "a\xffb", "\xed\xa0\x80"} {
		room, event, listed := newRoom(den), said(den, 1), newRoom(den)
		room.Room.Config.Description, event.Nick = bad, bad
		listed.Room.Config.FederationAccept = []string{"a", bad}
		refused(t, s, room)
		refused(t, s, listed)
		refused(t, s, newRoom(bad))
		refused(t, s, appended(said(den, 2), event)...)
		refused(t, s, storage.SaveAffiliation{Room: den, Affiliation: storage.Affiliation{JID: bad, Affiliation: "owner"}})
		refused(t, s, storage.SaveAffiliation{Room: den,
			Affiliation: storage.Affiliation{JID: "a@b", Affiliation: "owner", Key2: bad}})
		refused(t, s, storage.SaveLink{Link: storage.Link{Room: den, Peer: bad}})
		refused(t, s, storage.SaveHat{Room: den, Hat: storage.Hat{URI: "x", Wearers: []string{bad}}})
		refused(t, s, storage.SaveHold{Room: den, Hold: storage.Hold{JID: "a@b", Nick: bad}})
		refused(t, s, storage.SaveRequest{Room: den, Request: storage.Request{JID: bad}})
		refused(t, s, storage.SaveSession{Room: den, Session: storage.Session{JID: "a@b/1", Nick: bad}})
		refused(t, s, storage.SaveProposal{Room: den, Proposal: storage.Proposal{Author: "a@b/1", ID: bad}})
		refused(t, s, storage.DeleteRoom{JID: den, Tombstone: &storage.Tombstone{Owners: []string{bad}, Until: farAway}})

		fine := said(den, 3)
		fine.Payload, fine.Dedupe = []byte(bad), []byte(bad)
		commit(t, s, storage.DeleteRoom{JID: den}, newRoom(den), storage.AppendEvent{Event: fine})
		equal(t, "history", load(t, s, den, 10).History, []storage.Event{fine})
	}
}

// missingRoomRefused: what belongs to a room needs one, and a tombstone is none; but removing is always possible.
func missingRoomRefused(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	commit(t, s, storage.DeleteRoom{JID: attic, Tombstone: &storage.Tombstone{Until: farAway}})
	for _, jid := range []string{den, attic} {
		for _, change := range everything(jid)[1:] {
			refused(t, s, change)
		}
		commit(t, s,
			storage.SaveAffiliation{Room: jid, Affiliation: storage.Affiliation{JID: "a@b", Affiliation: "none"}},
			storage.Retract{Room: jid, StanzaID: "x"}, storage.SaveVCard{Room: jid}, storage.DeleteHat{Room: jid, URI: "x"},
			storage.DeleteHold{Room: jid, JID: "a@b"}, storage.DeleteRequest{Room: jid, JID: "a@b"},
			storage.DeleteSession{Room: jid, JID: "a@b/1"}, storage.DeleteLink{Room: jid, Peer: "p"})
	}
	missing(t, s, den)
}

// concurrent: each writer's events arrive in its order, beside those of the others; rooms saved in opposite orders
// do not end anybody's batch.
func concurrent(t *testing.T, s storage.Store) {
	const writers, events = 4, 10
	const den, attic = "den@muc.example", "attic@muc.example"
	commit(t, s, newRoom(den), newRoom(attic))
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			rooms := []storage.Change{newRoom(den), newRoom(attic)}
			for seq := range int64(events) {
				e := said(den, seq+1)
				e.Origin = fmt.Sprint(w)
				batch := []storage.Change{rooms[w%2], storage.AppendEvent{Event: e}, rooms[1-w%2]}
				if err := s.Commit(t.Context(), batch); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
				if _, err := s.Load(t.Context(), den, 3); err != nil {
					t.Errorf("reader %d: %v", w, err)
				}
			}
		})
	}
	wg.Wait()

	last := map[string]int64{}
	for _, e := range load(t, s, den, writers*events*2).History {
		if e.Seq != last[e.Origin]+1 {
			t.Errorf("writer %s: %d came behind %d", e.Origin, e.Seq, last[e.Origin])
		}
		last[e.Origin] = e.Seq
	}
	for w := range writers {
		if n := last[fmt.Sprint(w)]; n != events {
			t.Errorf("writer %d: %d events, want %d", w, n, events)
		}
	}
}

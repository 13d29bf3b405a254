package storagetest

import (
	"testing"
	"time"

	"isthmus/storage"
)

// tombstone: a destroyed room's name is kept until somebody saves a room of it or lets it go.
func tombstone(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	first := storage.Tombstone{Venue: "attic@muc.example", Reason: "too small", Owners: []string{"a@b"}, Until: farAway}
	second := storage.Tombstone{Until: farAway.AddDate(1, 0, 0)}
	bury := func(stone storage.Tombstone) storage.Change { return storage.DeleteRoom{JID: den, Tombstone: &stone} }

	commit(t, s, everything(den)...)
	commit(t, s, bury(first))
	equal(t, "tombstone", load(t, s, den, -1), &storage.Room{Tombstone: &first})
	commit(t, s, bury(second)) // there is no room: the tombstone is another
	equal(t, "tombstone", load(t, s, den, 10), &storage.Room{Tombstone: &second})

	refused(t, s, newRoom(den), storage.DeleteRoom{JID: den}, storage.AppendEvent{Event: said(den, 1)})
	equal(t, "tombstone", load(t, s, den, 10), &storage.Room{Tombstone: &second})

	commit(t, s, newRoom(den))
	equal(t, "room that takes the name", load(t, s, den, 10), &storage.Room{RoomRecord: newRoom(den).Room})

	commit(t, s, bury(first), storage.DeleteRoom{JID: den})
	missing(t, s, den)
}

// nickKeys: no two users of a room share a key, of whichever kind, once a batch is done.
func nickKeys(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	set := func(room, jid, key1, key2 string) storage.Change {
		return storage.SaveAffiliation{Room: room,
			Affiliation: storage.Affiliation{JID: jid, Affiliation: "member", Nick: "Nick", Key1: key1, Key2: key2}}
	}
	none := func(jid string) storage.Change {
		return storage.SaveAffiliation{Room: den, Affiliation: storage.Affiliation{JID: jid, Affiliation: "none"}}
	}
	commit(t, s, newRoom(den), newRoom(attic),
		set(den, "a@d", "ann", "ann"), set(den, "b@d", "bob", ""), set(den, "c@d", "", ""))
	for _, shared := range []storage.Change{
		set(den, "c@d", "ann", ""), set(den, "c@d", "", "ann"), set(den, "c@d", "", "bob"), set(den, "b@d", "bob", "ann"),
	} {
		refused(t, s, shared)
	}
	refused(t, s, set(den, "c@d", "cat", ""), set(den, "b@d", "ann", ""))
	refused(t, s, set(den, "d@d", "dan", "x"), set(den, "e@d", "eve", "dan"))
	commit(t, s, set(attic, "c@d", "ann", "bob"))                                 // another room
	commit(t, s, set(den, "a@d", "ann", "a"), set(den, "a@d", "ann", "a"))        // his own
	commit(t, s, set(den, "a@d", "anna", ""), set(den, "c@d", "a", "ann"))        // given up
	commit(t, s, set(den, "a@d", "bob", ""), set(den, "b@d", "", "anna"))         // exchanged
	commit(t, s, none("b@d"), set(den, "c@d", "anna", ""))                        // removed
	commit(t, s, set(den, "b@d", "x", ""), none("b@d"), set(den, "c@d", "x", "")) // and once more:
	commit(t, s, set(den, "b@d", "x", ""), none("b@d"), set(den, "c@d", "x", ""))
	equal(t, "affiliations", load(t, s, den, 0).Affiliations, []storage.Affiliation{
		{JID: "a@d", Affiliation: "member", Nick: "Nick", Key1: "bob"},
		{JID: "c@d", Affiliation: "member", Nick: "Nick", Key1: "x"},
	})
	commit(t, s, storage.DeleteRoom{JID: den}, newRoom(den), set(den, "d@d", "bob", "x"))
}

// belongings: what a room has besides its log is inserted, replaced and removed, each in its own order.
func belongings(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	hat := func(uri, title string, wearers ...string) storage.Hat {
		return storage.Hat{URI: uri, Title: title, Hue: "120", Wearers: wearers}
	}
	hold := func(jid, nick string) storage.Hold {
		return storage.Hold{JID: jid, Nick: nick, Until: time.Unix(9, 5000).UTC()}
	}
	request := func(jid, nick string) storage.Request {
		return storage.Request{JID: jid, Nick: nick, Form: []byte("<x/>"), At: time.Unix(9, 5000).UTC()}
	}
	commit(t, s, newRoom(den),
		storage.SaveHat{Room: den, Hat: hat("b", "Bee")}, storage.SaveHat{Room: den, Hat: hat("B", "Big", "x@d", "w@d")},
		storage.SaveHat{Room: den, Hat: hat("a", "Ay")},
		storage.SaveHold{Room: den, Hold: hold("b@d", "Bob")}, storage.SaveHold{Room: den, Hold: hold("a@d", "Ann")},
		storage.SaveRequest{Room: den, Request: request("b@d", "Bob")},
		storage.SaveRequest{Room: den, Request: request("a@d", "Ann")},
		storage.SaveVCard{Room: den, VCard: []byte("<vCard/>")})
	want := &storage.Room{
		RoomRecord: newRoom(den).Room, VCard: []byte("<vCard/>"),
		Hats:     []storage.Hat{hat("B", "Big", "x@d", "w@d"), hat("a", "Ay"), hat("b", "Bee")},
		Holds:    []storage.Hold{hold("a@d", "Ann"), hold("b@d", "Bob")},
		Requests: []storage.Request{request("a@d", "Ann"), request("b@d", "Bob")},
	}
	equal(t, "room", load(t, s, den, 0), want)

	commit(t, s,
		storage.SaveHat{Room: den, Hat: hat("a", "Other", "y@d")},
		storage.DeleteHat{Room: den, URI: "B"}, storage.DeleteHat{Room: den, URI: "x"},
		storage.SaveHold{Room: den, Hold: hold("a@d", "Other")},
		storage.DeleteHold{Room: den, JID: "b@d"}, storage.DeleteHold{Room: den, JID: "x"},
		storage.SaveRequest{Room: den, Request: request("a@d", "Other")}, storage.DeleteRequest{Room: den, JID: "b@d"},
		storage.DeleteRequest{Room: den, JID: "x"}, storage.SaveVCard{Room: den, VCard: []byte("<other/>")})
	want.Hats = []storage.Hat{hat("a", "Other", "y@d"), hat("b", "Bee")}
	want.Holds, want.Requests = []storage.Hold{hold("a@d", "Other")}, []storage.Request{request("a@d", "Other")}
	want.VCard = []byte("<other/>")
	equal(t, "room", load(t, s, den, 0), want)

	commit(t, s, storage.SaveVCard{Room: den}, newRoom(den))
	want.VCard = nil
	equal(t, "room", load(t, s, den, 0), want)
}

// retract replaces what an event says and nothing else; nobody who enters is shown it.
func retract(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	event, other := said(den, 1), said(den, 2)
	event.Dedupe, event.Nick = []byte{1}, "juliet"
	room := newRoom(den)
	room.Room.Config.MaxHistory = 10
	commit(t, s, room, newRoom(attic), storage.AppendEvent{Event: said(attic, 1)})
	commit(t, s, appended(event, other)...)
	commit(t, s, storage.Retract{Room: den, StanzaID: event.StanzaID, Payload: []byte("<retracted/>")},
		storage.Retract{Room: attic, StanzaID: event.StanzaID}, storage.Retract{Room: den, StanzaID: "nowhere"})
	gone := event
	gone.Payload, gone.Retracted = []byte("<retracted/>"), true
	equal(t, "room", load(t, s, den, 10), &storage.Room{
		RoomRecord: room.Room, History: []storage.Event{gone, other}, Seen: [][]byte{{1}}, LastSeq: 2, LastAt: 2 << 16,
	})
	equal(t, "what is shown", load(t, s, den, -1).History, []storage.Event{other})
	equal(t, "the other room", load(t, s, attic, 10).History, []storage.Event{said(attic, 1)})
	equal(t, "archive", archive(t, s, storage.Query{Room: den, Max: 1}).Events, []storage.Event{gone})

	commit(t, s, storage.Retract{Room: den, StanzaID: event.StanzaID}) // with nothing instead
	gone.Payload = nil
	equal(t, "archive", archive(t, s, storage.Query{Room: den, Max: 1}).Events, []storage.Event{gone})
}

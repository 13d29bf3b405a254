package storagetest

import (
	"testing"
	"time"

	"isthmus/storage"
)

func roundTrip(t *testing.T, s storage.Store) {
	want := storage.Room{
		RoomRecord:   sample[storage.RoomRecord](),
		Affiliations: []storage.Affiliation{sample[storage.Affiliation]()},
		History:      []storage.Event{sample[storage.Event]()},
		Links:        []storage.Link{sample[storage.Link]()},
		VCard:        sample[[]byte](),
		Hats:         []storage.Hat{sample[storage.Hat]()},
		Holds:        []storage.Hold{sample[storage.Hold]()},
		Requests:     []storage.Request{sample[storage.Request]()},
		Sessions:     []storage.Session{sample[storage.Session]()},
		Proposals:    []storage.Proposal{sample[storage.Proposal]()},
	}
	want.History[0].Room, want.Links[0].Room = want.JID, want.JID
	want.Seen, want.LastAt = [][]byte{want.History[0].Dedupe}, 0 // a clock of before 1970 is no news

	commit(t, s,
		storage.SaveRoom{Room: want.RoomRecord},
		storage.SaveAffiliation{Room: want.JID, Affiliation: want.Affiliations[0]},
		storage.AppendEvent{Event: want.History[0]},
		storage.SaveLink{Link: want.Links[0]},
		storage.SaveVCard{Room: want.JID, VCard: want.VCard},
		storage.SaveHat{Room: want.JID, Hat: want.Hats[0]},
		storage.SaveHold{Room: want.JID, Hold: want.Holds[0]},
		storage.SaveRequest{Room: want.JID, Request: want.Requests[0]},
		storage.SaveSession{Room: want.JID, Session: want.Sessions[0]},
		storage.SaveProposal{Room: want.JID, Proposal: want.Proposals[0]},
	)
	got := load(t, s, want.JID, 10)
	equal(t, "room", got, &want)

	tombstone := sample[storage.Tombstone]()
	tombstone.Until = tombstone.Until.AddDate(200, 0, 0)
	commit(t, s, storage.DeleteRoom{JID: want.JID, Tombstone: &tombstone})
	buried := load(t, s, want.JID, 10)
	equal(t, "tombstone", buried, &storage.Room{Tombstone: &tombstone})

	for _, at := range []time.Time{got.Created, got.SubjectAt, got.Links[0].SyncedAt, got.Holds[0].Until, got.Requests[0].At,
		buried.Tombstone.Until} {
		if at.Location() != time.UTC {
			t.Errorf("%v is not in UTC", at)
		}
	}
}

// roundTripOfEachField saves records that have one field each, so that no two columns are crossed.
func roundTripOfEachField(t *testing.T, s storage.Store) {
	eachField(func(path string, want storage.RoomRecord) {
		want.JID = path
		commit(t, s, storage.SaveRoom{Room: want})
		equal(t, "room with "+path, load(t, s, path, 0).RoomRecord, want)
	})
	const den = "den@muc.example"
	eachField(func(path string, want storage.Event) {
		want.Room, want.Origin = den, path
		commit(t, s, newRoom(den), storage.AppendEvent{Event: want})
		equal(t, "event with "+path, load(t, s, den, 1).History, []storage.Event{want})
	})
}

// roundTripOfNothing: the zero values come back as zero values, an empty list as nil.
func roundTripOfNothing(t *testing.T, s storage.Store) {
	empty := storage.RoomRecord{JID: "den@muc.example"}
	saved := empty
	saved.Secret, saved.Config.GetMemberList = []byte{}, []string{}
	event := storage.Event{Room: empty.JID}
	logged := event
	logged.Payload, logged.Dedupe = []byte{}, []byte{}

	commit(t, s, storage.SaveRoom{Room: saved}, storage.AppendEvent{Event: logged})
	commit(t, s,
		storage.SaveHat{Room: empty.JID, Hat: storage.Hat{Wearers: []string{}}},
		storage.SaveHold{Room: empty.JID},
		storage.SaveRequest{Room: empty.JID, Request: storage.Request{Form: []byte{}}})
	got := load(t, s, empty.JID, 1)
	equal(t, "room", got, &storage.Room{RoomRecord: empty, History: []storage.Event{event},
		Hats: []storage.Hat{{}}, Holds: []storage.Hold{{}}, Requests: []storage.Request{{}}})
	if !got.Created.IsZero() {
		t.Errorf("Created = %v, want the zero time", got.Created)
	}
	commit(t, s, storage.DeleteRoom{JID: empty.JID, Tombstone: &storage.Tombstone{Owners: []string{}, Until: farAway}})
	equal(t, "tombstone", load(t, s, empty.JID, 1), &storage.Room{Tombstone: &storage.Tombstone{Until: farAway}})
}

func saveReplacesTheRoomOnly(t *testing.T, s storage.Store) {
	first, second := newRoom("den@muc.example"), newRoom("den@muc.example")
	second.Room.Config.Name, second.Room.Subject, second.Room.Epoch = "Den", "tea", 8
	commit(t, s, first,
		storage.SaveAffiliation{Room: "den@muc.example", Affiliation: storage.Affiliation{JID: "a@b", Affiliation: "owner"}},
		storage.AppendEvent{Event: said("den@muc.example", 1)},
		storage.SaveLink{Link: storage.Link{Room: "den@muc.example", Peer: "den@peer.example"}},
	)
	want := load(t, s, "den@muc.example", 10)
	want.RoomRecord, want.LastSeq = second.Room, 0

	commit(t, s, second)
	equal(t, "room", load(t, s, "den@muc.example", 10), want)
}

// nothingIsShared: whoever writes to a record after Commit or Load does not write to the store.
func nothingIsShared(t *testing.T, s storage.Store) {
	room, event, vcard := sample[storage.RoomRecord](), sample[storage.Event](), sample[[]byte]()
	hat, request, session := sample[storage.Hat](), sample[storage.Request](), sample[storage.Session]()
	event.Room = room.JID
	commit(t, s, storage.SaveRoom{Room: room}, storage.AppendEvent{Event: event},
		storage.SaveVCard{Room: room.JID, VCard: vcard},
		storage.SaveHat{Room: room.JID, Hat: hat}, storage.SaveRequest{Room: room.JID, Request: request},
		storage.SaveSession{Room: room.JID, Session: session})
	want := load(t, s, room.JID, 1)

	scribble := func(r *storage.Room) {
		r.Secret[0]++
		r.SubjectXML[0]++
		r.Config.GetMemberList[0] = "scribbled"
		r.VCard[0]++
		r.Hats[0].Wearers[0] = "scribbled"
		r.Requests[0].Form[0]++
		r.Sessions[0].Payload[0]++
		r.History[0].Payload[0]++
		r.History[0].Dedupe[0]++
	}
	scribble(&storage.Room{RoomRecord: room, History: []storage.Event{event}, VCard: vcard,
		Hats: []storage.Hat{hat}, Requests: []storage.Request{request}, Sessions: []storage.Session{session}})
	got := load(t, s, room.JID, 1)
	equal(t, "room after writing to what was committed", got, want)
	scribble(got)
	got.Seen[0][0]++
	equal(t, "room after writing to what was loaded", load(t, s, room.JID, 1), want)
	found := archive(t, s, storage.Query{Room: room.JID, Max: 1})
	found.Events[0].Payload[0]++
	equal(t, "room after writing to what was found", load(t, s, room.JID, 1), want)

	payload := []byte("<retracted/>")
	commit(t, s, storage.Retract{Room: room.JID, StanzaID: event.StanzaID, Payload: payload})
	payload[0] = 'x'
	equal(t, "tombstone of an event", string(load(t, s, room.JID, 1).History[0].Payload), "<retracted/>")

	tombstone := storage.Tombstone{Owners: []string{"romeo@montague.example"}, Until: farAway}
	commit(t, s, storage.DeleteRoom{JID: room.JID, Tombstone: &tombstone})
	want = load(t, s, room.JID, 1)
	tombstone.Owners[0] = "scribbled"
	got = load(t, s, room.JID, 1)
	equal(t, "tombstone after writing to what was committed", got, want)
	got.Tombstone.Owners[0] = "scribbled"
	equal(t, "tombstone after writing to what was loaded", load(t, s, room.JID, 1), want)
}

func deleteRoom(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	commit(t, s, append(everything(den), everything(attic)...)...)
	other := load(t, s, attic, 10)

	commit(t, s, storage.DeleteRoom{JID: den})
	missing(t, s, den)
	commit(t, s, storage.DeleteRoom{JID: den}) // not there: no error
	equal(t, "the other room", load(t, s, attic, 10), other)

	again := newRoom(den)
	commit(t, s, again)
	equal(t, "room of the same name", load(t, s, den, 10), &storage.Room{RoomRecord: again.Room})
}

// everything is a room with one of all that may belong to it.
func everything(jid string) []storage.Change {
	return []storage.Change{
		newRoom(jid),
		storage.SaveAffiliation{Room: jid,
			Affiliation: storage.Affiliation{JID: "a@b", Affiliation: "owner", Key1: "ann", Key2: "a"}},
		storage.AppendEvent{Event: said(jid, 1)},
		storage.SaveVCard{Room: jid, VCard: []byte("<vCard/>")},
		storage.SaveHat{Room: jid, Hat: storage.Hat{URI: "xmpp:hats:host", Title: "Host", Wearers: []string{"a@b"}}},
		storage.SaveHold{Room: jid, Hold: storage.Hold{JID: "a@b", Nick: "Ann", Until: time.Unix(9, 0).UTC()}},
		storage.SaveRequest{Room: jid, Request: storage.Request{JID: "c@b", Nick: "Cat", At: time.Unix(9, 0).UTC()}},
		storage.SaveSession{Room: jid, Session: storage.Session{JID: "a@b/1", Nick: "Ann", Role: "moderator"}},
		storage.SaveLink{Link: storage.Link{Room: jid, Peer: "den@peer.example"}},
	}
}

func affiliationNone(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	set := func(jid, affiliation, nick string) storage.Change {
		return storage.SaveAffiliation{Room: den, Affiliation: storage.Affiliation{JID: jid, Affiliation: affiliation, Nick: nick}}
	}
	commit(t, s, newRoom(den), set("c@d", "member", "Cat"), set("B@d", "outcast", ""), set("a@d", "member", ""))
	commit(t, s, set("c@d", "none", ""), set("a@d", "none", "Ann"), set("nobody@d", "none", ""), set("b@d", "admin", ""))
	equal(t, "affiliations, ordered by JID", load(t, s, den, 0).Affiliations, []storage.Affiliation{
		{JID: "B@d", Affiliation: "outcast"},
		{JID: "a@d", Affiliation: "none", Nick: "Ann"},
		{JID: "b@d", Affiliation: "admin"},
	})
	commit(t, s, storage.SaveAffiliation{Room: "nowhere@muc.example", Affiliation: storage.Affiliation{JID: "a@d", Affiliation: "none"}})
}

func links(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	first := storage.Link{Room: den, Peer: "den@b.example", Inbound: true, State: "joined"}
	second := storage.Link{Room: den, Peer: "den@a.example", State: "joined", SyncedAt: time.Unix(9, 5000).UTC(), Acked: "x.1"}
	commit(t, s, newRoom(den), storage.SaveLink{Link: first}, storage.SaveLink{Link: second})
	equal(t, "links, ordered by peer", load(t, s, den, 0).Links, []storage.Link{second, first})

	first.State, first.Inbound = "left", false
	commit(t, s, storage.SaveLink{Link: first}, storage.DeleteLink{Room: den, Peer: second.Peer})
	equal(t, "links", load(t, s, den, 0).Links, []storage.Link{first})

	commit(t, s, storage.DeleteLink{Room: den, Peer: second.Peer}, storage.DeleteLink{Room: "nowhere", Peer: "x"})
}

package storagetest

import (
	"reflect"
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
	}
	want.History[0].Room, want.Links[0].Room = want.JID, want.JID
	want.Seen, want.LastAt = [][]byte{want.History[0].Dedupe}, 0 // a clock of before 1970 is no news

	commit(t, s,
		storage.SaveRoom{Room: want.RoomRecord},
		storage.SaveAffiliation{Room: want.JID, Affiliation: want.Affiliations[0]},
		storage.AppendEvent{Event: want.History[0]},
		storage.SaveLink{Link: want.Links[0]},
	)
	equal(t, "room", load(t, s, want.JID, 10), &want)

	for _, at := range []time.Time{want.Created, want.SubjectAt, want.Links[0].SyncedAt} {
		if at.Location() != time.UTC {
			t.Errorf("%v is not in UTC", at)
		}
	}
}

// roundTripOfEachField saves rooms that have one field each, so that no two columns are crossed.
func roundTripOfEachField(t *testing.T, s storage.Store) {
	full, n := sample[storage.RoomRecord](), 0
	fields(reflect.ValueOf(full), "", func(path string, v reflect.Value) {
		i := n
		n++
		var want storage.RoomRecord
		fields(reflect.ValueOf(&want).Elem(), "", func(_ string, f reflect.Value) {
			if i == 0 {
				f.Set(v)
			}
			i--
		})
		want.JID = path
		commit(t, s, storage.SaveRoom{Room: want})
		equal(t, "room with "+path, load(t, s, path, 0).RoomRecord, want)
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
	got := load(t, s, empty.JID, 1)
	equal(t, "room", got, &storage.Room{RoomRecord: empty, History: []storage.Event{event}})
	if !got.Created.IsZero() {
		t.Errorf("Created = %v, want the zero time", got.Created)
	}
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
	room, event := sample[storage.RoomRecord](), sample[storage.Event]()
	event.Room = room.JID
	commit(t, s, storage.SaveRoom{Room: room}, storage.AppendEvent{Event: event})
	want := load(t, s, room.JID, 1)

	scribble := func(r storage.RoomRecord, e storage.Event) {
		r.Secret[0]++
		r.Config.GetMemberList[0] = "scribbled"
		e.Payload[0]++
		e.Dedupe[0]++
	}
	scribble(room, event)
	got := load(t, s, room.JID, 1)
	equal(t, "room after writing to what was committed", got, want)
	scribble(got.RoomRecord, got.History[0])
	got.Seen[0][0]++
	equal(t, "room after writing to what was loaded", load(t, s, room.JID, 1), want)
}

func deleteRoom(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	everything := func(jid string) []storage.Change {
		return []storage.Change{
			newRoom(jid),
			storage.SaveAffiliation{Room: jid, Affiliation: storage.Affiliation{JID: "a@b", Affiliation: "owner"}},
			storage.AppendEvent{Event: said(jid, 1)},
			storage.SaveLink{Link: storage.Link{Room: jid, Peer: "den@peer.example"}},
		}
	}
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

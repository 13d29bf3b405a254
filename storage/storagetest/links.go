package storagetest

import (
	"fmt"
	"testing"
	"time"

	"isthmus/storage"
)

// listOfLinks has the links of all rooms, or of one, in the order of room and peer.
func listOfLinks(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	link := func(room, peer, held string) storage.Link {
		return storage.Link{Room: room, Peer: peer, Inbound: peer == "b@p", State: "up", SyncedAt: time.Unix(9, 5000).UTC(), Acked: "x", Held: held}
	}
	all := []storage.Link{link(attic, "B@p", "paused"), link(attic, "a@p", ""), link(den, "b@p", "dropped")}
	commit(t, s, newRoom(den), newRoom(attic), storage.SaveLink{Link: all[2]}, storage.SaveLink{Link: all[1]}, storage.SaveLink{Link: all[0]})
	for _, c := range []struct {
		room  string
		max   int
		want  []storage.Link
		total int
	}{
		{"", 10, all, 3}, {"", 2, all[:2], 3}, {"", 0, nil, 3}, {"", -1, nil, 3},
		{den, 10, all[2:], 1}, {attic, 10, all[:2], 2}, {attic, 1, all[:1], 2}, {"nowhere@muc.example", 10, nil, 0},
	} {
		got, total, err := s.Links(t.Context(), c.room, c.max)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprintf("Links(%q, %d)", c.room, c.max), got, c.want)
		equal(t, "total", total, c.total)
	}
	commit(t, s, storage.DeleteRoom{JID: attic})
	if _, total, err := s.Links(t.Context(), "", 10); total != 1 || err != nil {
		t.Errorf("%d links, %v, with a room that is gone", total, err)
	}
}

// backlogs are what other nodes want, behind the event that the peer has, without what it has said itself.
func backlogs(t *testing.T, s storage.Store) {
	const den, peer = "den@muc.example", "den@peer.example"
	var log []storage.Event
	for seq, kind := range []string{"message", "message", "subject", "notice", "message", "marker", "message"} {
		e := said(den, int64(seq)+1)
		e.Kind, e.At = kind, int64(1000+seq)<<16
		log = append(log, e)
	}
	log[4].Via = peer
	late := said(den, 8)
	late.At = 900 << 16
	commit(t, s, append([]storage.Change{newRoom(den)}, appended(append(log, late)...)...)...)
	commit(t, s, storage.Retract{Room: den, StanzaID: log[6].StanzaID, Payload: []byte("<retracted/>")})

	link := func(acked string) storage.Link { return storage.Link{Room: den, Peer: peer, Acked: acked} }
	since := link("forgotten")
	since.SyncedAt = time.UnixMilli(1001)
	other := link(log[1].StanzaID)
	other.Peer = "den@other.example"
	got, err := s.Backlogs(t.Context(), []storage.Link{
		link(log[1].StanzaID), other, link(late.StanzaID), link(""), link("0"), since, {Room: "nowhere@muc.example", Peer: peer, Acked: "0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "backlogs", got, []storage.Backlog{
		{Events: 3, Oldest: 900 << 16}, {Events: 4, Oldest: 900 << 16}, {}, {}, {Events: 5, Oldest: 900 << 16},
		{Events: 3, Oldest: 1001 << 16}, {},
	})
	none, err := s.Backlogs(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the backlogs of no links", none, []storage.Backlog(nil))
}

// longBacklog is counted so far and no further.
func longBacklog(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	var log []storage.Event
	for seq := range int64(storage.BacklogMost + 10) {
		log = append(log, said(den, seq+1))
	}
	commit(t, s, append([]storage.Change{newRoom(den)}, appended(log...)...)...)
	got, err := s.Backlogs(t.Context(), []storage.Link{{Room: den, Peer: "den@peer.example", Acked: log[0].StanzaID}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "backlogs", got, []storage.Backlog{{Events: storage.BacklogMost + 1, Oldest: log[1].At}})
}

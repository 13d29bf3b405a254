package storagetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"isthmus/storage"
)

// model commits random batches to a store and to the simplest thing that could be right, and compares every load.
// Each driver that passes therefore gives the same loads.
func model(t *testing.T, s storage.Store) {
	ctx := context.Background() // rapid goes on in its own goroutines; t.Context would do no better
	rapid.Check(t, func(rt *rapid.T) {
		if err := s.Commit(ctx, emptyAll()); err != nil {
			rt.Fatal(err)
		}
		want := rooms{}
		for range rapid.IntRange(1, 6).Draw(rt, "batches") {
			batch := rapid.SliceOfN(changes, 0, 8).Draw(rt, "batch")
			next, ok := want.with(batch)
			switch err := s.Commit(ctx, batch); {
			case ok && err != nil:
				rt.Fatalf("Commit: %v", err)
			case !ok && !errors.Is(err, storage.ErrRejected):
				rt.Fatalf("Commit = %v, want ErrRejected", err)
			case ok:
				want = next
			}
			compare(ctx, rt, s, want, rapid.IntRange(0, 4).Draw(rt, "history"))
		}
	})
}

func compare(ctx context.Context, rt *rapid.T, s storage.Store, want rooms, history int) {
	for _, jid := range jids {
		got, err := s.Load(ctx, jid, history)
		if errors.Is(err, storage.ErrNotFound) {
			got, err = nil, nil
		}
		if diff := gocmp.Diff(want.load(jid, history), got); diff != "" || err != nil {
			rt.Fatalf("%s: %v (-want +got):\n%s", jid, err, diff)
		}
	}
	list, total, err := s.Public(ctx, jids[0], 1)
	wantList, wantTotal := want.public(jids[0], 1)
	if diff := gocmp.Diff(wantList, list); diff != "" || total != wantTotal || err != nil {
		rt.Fatalf("Public: %d, %v, want %d (-want +got):\n%s", total, err, wantTotal, diff)
	}
}

// The fewer names there are, the more often a batch meets what others left.
var (
	jids        = []string{"a@m", "b@m", "c@m"}
	jid         = rapid.SampledFrom(jids)
	peer        = rapid.SampledFrom([]string{"p@x", "q@x"})
	affiliation = rapid.SampledFrom([]string{"owner", "outcast", "none"})
	word        = rapid.SampledFrom([]string{"", "x", "é", "nul\x00"}) // the last is refused
	seldom      = rapid.Map(rapid.IntRange(0, 9), func(n int) bool { return n == 0 })

	changes = rapid.OneOf(
		rapid.Custom(func(t *rapid.T) storage.Change { return drawRoom(t) }),
		rapid.Custom(func(t *rapid.T) storage.Change { return drawRoom(t) }),
		rapid.Custom(func(t *rapid.T) storage.Change { return storage.AppendEvent{Event: drawEvent(t)} }),
		rapid.Custom(func(t *rapid.T) storage.Change { return storage.AppendEvent{Event: drawEvent(t)} }),
		rapid.Custom(func(t *rapid.T) storage.Change {
			return storage.SaveAffiliation{Room: jid.Draw(t, "room"), Affiliation: storage.Affiliation{
				JID: peer.Draw(t, "jid"), Affiliation: affiliation.Draw(t, "affiliation"), Nick: drawWord(t)}}
		}),
		rapid.Custom(func(t *rapid.T) storage.Change {
			return storage.SaveLink{Link: storage.Link{Room: jid.Draw(t, "room"), Peer: peer.Draw(t, "peer"),
				Inbound: rapid.Bool().Draw(t, "inbound"), State: drawWord(t), SyncedAt: time.Unix(rapid.Int64Range(-9, 9).Draw(t, "synced"), 0).UTC(),
				Acked: drawWord(t)}}
		}),
		rapid.Custom(func(t *rapid.T) storage.Change {
			return storage.DeleteLink{Room: jid.Draw(t, "room"), Peer: peer.Draw(t, "peer")}
		}),
		rapid.Custom(func(t *rapid.T) storage.Change { return storage.DeleteRoom{JID: jid.Draw(t, "room")} }),
	)
)

// drawWord draws a word that is refused only seldom.
func drawWord(t *rapid.T) string {
	if w := word.Draw(t, "word"); w != "nul\x00" || seldom.Draw(t, "refused") {
		return w
	}
	return ""
}

func drawRoom(t *rapid.T) storage.SaveRoom {
	r := newRoom(jid.Draw(t, "room"))
	r.Room.Epoch = rapid.Int64Range(1, 2).Draw(t, "epoch")
	r.Room.Locked = seldom.Draw(t, "locked")
	r.Room.Config.Public = !seldom.Draw(t, "private")
	r.Room.Config.Name = drawWord(t)
	return r
}

func drawEvent(t *rapid.T) storage.Event {
	return storage.Event{
		Room: jid.Draw(t, "room"), Origin: jid.Draw(t, "origin"), Epoch: rapid.Int64Range(1, 2).Draw(t, "epoch"),
		Seq: rapid.Int64Range(1, 20).Draw(t, "seq"), At: rapid.Int64Range(-5, 5).Draw(t, "at"), Nick: drawWord(t),
		Dedupe: rapid.SampledFrom([][]byte{nil, {0}, {1, 2}}).Draw(t, "dedupe"),
	}
}

func emptyAll() (batch []storage.Change) {
	for _, jid := range jids {
		batch = append(batch, storage.DeleteRoom{JID: jid})
	}
	return batch
}

// rooms is the model: rooms as they are loaded, but with the whole log in History.
type rooms map[string]storage.Room

// with returns the rooms after batch; false says that the batch is to be refused.
func (m rooms) with(batch []storage.Change) (rooms, bool) {
	next := rooms{}
	for jid, r := range m {
		r.Affiliations, r.History, r.Links = slices.Clone(r.Affiliations), slices.Clone(r.History), slices.Clone(r.Links)
		next[jid] = r
	}
	for _, c := range batch {
		if bytes.Contains(fmt.Appendf(nil, "%s", c), []byte("nul\x00")) || !next.add(c) {
			return nil, false
		}
	}
	return next, true
}

func (m rooms) add(change storage.Change) bool {
	switch c := change.(type) {
	case storage.SaveRoom:
		r := m[c.Room.JID]
		r.RoomRecord = c.Room
		m[c.Room.JID] = r
	case storage.DeleteRoom:
		delete(m, c.JID)
	case storage.SaveAffiliation:
		r, ok := m[c.Room]
		r.Affiliations = slices.DeleteFunc(r.Affiliations, func(a storage.Affiliation) bool { return a.JID == c.JID })
		if c.Affiliation.Affiliation != "none" || c.Nick != "" {
			r.Affiliations = append(r.Affiliations, c.Affiliation)
		} else if !ok {
			return true
		}
		m[c.Room] = r
		return ok
	case storage.AppendEvent:
		r, ok := m[c.Event.Room]
		same := func(e storage.Event) bool {
			return e.Origin == c.Event.Origin && e.Epoch == c.Event.Epoch && e.Seq == c.Event.Seq
		}
		if i := slices.IndexFunc(r.History, same); i >= 0 {
			return gocmp.Equal(r.History[i], c.Event)
		}
		r.History = append(r.History, c.Event)
		m[c.Event.Room] = r
		return ok
	case storage.SaveLink:
		r, ok := m[c.Link.Room]
		r.Links = append(slices.DeleteFunc(r.Links, func(l storage.Link) bool { return l.Peer == c.Link.Peer }), c.Link)
		m[c.Link.Room] = r
		return ok
	case storage.DeleteLink:
		if r, ok := m[c.Room]; ok {
			r.Links = slices.DeleteFunc(r.Links, func(l storage.Link) bool { return l.Peer == c.Peer })
			m[c.Room] = r
		}
	}
	return true
}

func (m rooms) load(jid string, history int) *storage.Room {
	r, ok := m[jid]
	if !ok {
		return nil
	}
	for _, e := range r.History {
		r.LastAt = max(r.LastAt, e.At)
		if e.Origin == jid && e.Epoch == r.Epoch {
			r.LastSeq = max(r.LastSeq, e.Seq)
		}
		if e.Dedupe != nil {
			r.Seen = append(r.Seen, e.Dedupe)
		}
	}
	log := r.History
	r.History = append([]storage.Event(nil), log[max(0, len(log)-history):]...)
	r.Affiliations = slices.SortedFunc(slices.Values(r.Affiliations), func(a, b storage.Affiliation) int { return cmp.Compare(a.JID, b.JID) })
	r.Links = slices.SortedFunc(slices.Values(r.Links), func(a, b storage.Link) int { return cmp.Compare(a.Peer, b.Peer) })
	return &r
}

func (m rooms) public(after string, limit int) (list []storage.Listed, total int) {
	for _, jid := range jids { // in order already
		r, ok := m[jid]
		if !ok || !r.Config.Public || r.Locked {
			continue
		}
		if total++; jid > after && len(list) < limit {
			list = append(list, storage.Listed{JID: jid, Name: r.Config.Name})
		}
	}
	return list, total
}

package muc

import (
	"bytes"
	"cmp"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"
)

// disk is what storage has of a room: what its changes say, and nothing else.
type disk struct{ Stored }

// newDisk is the disk where a room has been that is no more: there may be a tombstone.
func newDisk(old *disk) *disk {
	if old == nil {
		return &disk{}
	}
	return &disk{Stored{Tombstone: old.Tombstone}}
}

// buried is what there is to be opened where there is no room.
func (d *disk) buried() *Stored {
	if d.Tombstone == nil {
		return nil
	}
	return &d.Stored
}

func (d *disk) take(effects []Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case SaveRoom:
			d.Record, d.Tombstone = e.Record, nil
		case SaveAffiliation:
			keep := e.Item.Affiliation != None.String() || e.Item.Nick != ""
			d.Affiliations = put(d.Affiliations, func(a AffiliationRecord) string { return a.JID }, e.Item, keep)
		case SaveVCard:
			d.VCard = e.VCard
		case SaveHat:
			d.Hats = put(d.Hats, func(h Hat) string { return h.URI }, e.Hat, true)
		case DeleteHat:
			d.Hats = put(d.Hats, func(h Hat) string { return h.URI }, Hat{URI: e.URI}, false)
		case SaveHold:
			d.Holds = put(d.Holds, func(h Hold) string { return h.JID }, e.Hold, true)
		case DeleteHold:
			d.Holds = put(d.Holds, func(h Hold) string { return h.JID }, Hold{JID: e.JID}, false)
		case SaveRequest:
			d.Requests = put(d.Requests, func(q Request) string { return q.JID }, e.Request, true)
		case DeleteRequest:
			d.Requests = put(d.Requests, func(q Request) string { return q.JID }, Request{JID: e.JID}, false)
		case SaveTalk:
			d.Talks = put(d.Talks, func(t TalkRecord) string { return t.Key }, e.Talk, true)
		case DeleteTalk:
			d.Talks = put(d.Talks, func(t TalkRecord) string { return t.Key }, TalkRecord{Key: e.Key}, false)
		case Append:
			if key := e.Entry.Dedupe; len(key) > 0 && !slices.ContainsFunc(d.Seen, func(k []byte) bool { return bytes.Equal(k, key) }) {
				d.Seen = append(d.Seen, e.Entry.Dedupe)
			}
			d.LastSeq = e.Entry.Seq
		case Delete:
			d.Stored = Stored{Tombstone: e.Tombstone}
		}
	}
}

// put makes an item one of a list, in the place of the one that has its key, or takes that one out; in order of keys.
func put[T any](list []T, key func(T) string, item T, keep bool) []T {
	var rest []T
	for _, x := range list {
		if key(x) != key(item) {
			rest = append(rest, x)
		}
	}
	if list = rest; keep {
		list = append(list, item)
	}
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return list
}

// complete: what is stored is what the room is, so that no restart changes it; of that, what storage keeps.
func (s *stage) complete(frozen *Stored) {
	if frozen == nil {
		frozen = &Stored{}
	}
	is := Stored{
		Record: frozen.Record, Affiliations: frozen.Affiliations, Hats: frozen.Hats, VCard: frozen.VCard, LastSeq: frozen.LastSeq, Seen: frozen.Seen,
		Holds: slices.Clone(frozen.Holds), Requests: slices.Clone(frozen.Requests), Tombstone: frozen.Tombstone,
	}
	for _, t := range s.room.talks {
		if !t.Over() {
			is.Talks = append(is.Talks, t.record(testRoom))
		}
	}
	slices.SortFunc(is.Talks, func(a, b TalkRecord) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(is.Holds, func(a, b Hold) int { return cmp.Compare(a.JID, b.JID) })
	slices.SortFunc(is.Requests, func(a, b Request) int { return cmp.Compare(a.JID, b.JID) })
	kept := s.disk.Stored
	if diff := gocmp.Diff(kept, is); diff != "" {
		s.t.Fatalf("what is stored (-) is not the room (+):\n%s", diff)
	}
}

package storagetest

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"

	"isthmus/storage"
)

// rooms is the model: rooms as they are loaded, but with the whole log in History. Its lists are never written to.
type rooms map[string]storage.Room

// with returns the rooms after batch; false says that the batch is to be refused.
func (m rooms) with(batch []storage.Change) (rooms, bool) {
	next := maps.Clone(m)
	for _, c := range batch {
		if d, ok := c.(storage.DeleteRoom); ok && d.Tombstone != nil && d.Tombstone.Venue == refusedWord {
			return nil, false
		}
		if bytes.Contains(fmt.Appendf(nil, "%s", c), []byte(refusedWord)) || !next.add(c) {
			return nil, false
		}
	}
	for _, r := range next {
		if sharedKey(r.Affiliations) {
			return nil, false
		}
	}
	return next, true
}

func sharedKey(list []storage.Affiliation) bool {
	holder := map[string]string{}
	for _, a := range list {
		for _, key := range []string{a.Key1, a.Key2} {
			if h, ok := holder[key]; ok && key != "" && h != a.JID {
				return true
			}
			holder[key] = a.JID
		}
	}
	return false
}

func (m rooms) add(change storage.Change) bool {
	switch c := change.(type) {
	case storage.SaveRoom:
		r := m[c.Room.JID]
		r.RoomRecord, r.Tombstone = c.Room, nil
		m[c.Room.JID] = r
	case storage.DeleteRoom:
		delete(m, c.JID)
		if c.Tombstone != nil {
			m[c.JID] = storage.Room{Tombstone: c.Tombstone}
		}
	case storage.SaveAffiliation:
		if c.Affiliation.Affiliation == "none" && c.Nick == "" {
			return m.less(c.Room, func(r *storage.Room) { r.Affiliations = without(r.Affiliations, ofAffiliation, c.JID) })
		}
		return m.more(c.Room, func(r *storage.Room) { r.Affiliations = with(r.Affiliations, ofAffiliation, c.Affiliation) })
	case storage.AppendEvent:
		return m.log(c.Event)
	case storage.Retract:
		return m.less(c.Room, func(r *storage.Room) {
			r.History = slices.Clone(r.History)
			for i := range r.History {
				if e := &r.History[i]; e.StanzaID == c.StanzaID {
					e.Payload, e.Retracted = c.Payload, true
				}
			}
		})
	case storage.SaveVCard:
		if c.VCard == nil {
			return m.less(c.Room, func(r *storage.Room) { r.VCard = nil })
		}
		return m.more(c.Room, func(r *storage.Room) { r.VCard = c.VCard })
	case storage.SaveHat:
		return m.more(c.Room, func(r *storage.Room) { r.Hats = with(r.Hats, ofHat, c.Hat) })
	case storage.DeleteHat:
		return m.less(c.Room, func(r *storage.Room) { r.Hats = without(r.Hats, ofHat, c.URI) })
	case storage.SaveHold:
		return m.more(c.Room, func(r *storage.Room) { r.Holds = with(r.Holds, ofHold, c.Hold) })
	case storage.DeleteHold:
		return m.less(c.Room, func(r *storage.Room) { r.Holds = without(r.Holds, ofHold, c.JID) })
	case storage.SaveRequest:
		return m.more(c.Room, func(r *storage.Room) { r.Requests = with(r.Requests, ofRequest, c.Request) })
	case storage.DeleteRequest:
		return m.less(c.Room, func(r *storage.Room) { r.Requests = without(r.Requests, ofRequest, c.JID) })
	case storage.SaveSession:
		return m.more(c.Room, func(r *storage.Room) { r.Sessions = with(r.Sessions, ofSession, c.Session) })
	case storage.DeleteSession:
		return m.less(c.Room, func(r *storage.Room) { r.Sessions = without(r.Sessions, ofSession, c.JID) })
	case storage.SaveLink:
		return m.more(c.Link.Room, func(r *storage.Room) { r.Links = with(r.Links, ofLink, c.Link) })
	case storage.DeleteLink:
		return m.less(c.Room, func(r *storage.Room) { r.Links = without(r.Links, ofLink, c.Peer) })
	}
	return true
}

func (m rooms) log(e storage.Event) bool {
	for _, known := range m[e.Room].History {
		if known.Origin == e.Origin && known.Epoch == e.Epoch && known.Seq == e.Seq {
			if known.Retracted {
				e.Payload, e.Retracted = known.Payload, true
			}
			return gocmp.Equal(known, e)
		}
	}
	return m.more(e.Room, func(r *storage.Room) { r.History = append(slices.Clip(r.History), e) })
}

// more changes a room, which has to be there.
func (m rooms) more(jid string, change func(*storage.Room)) bool {
	r, ok := m[jid]
	if !ok || r.Tombstone != nil {
		return false
	}
	change(&r)
	m[jid] = r
	return true
}

// less changes a room if it is there.
func (m rooms) less(jid string, change func(*storage.Room)) bool {
	m.more(jid, change)
	return true
}

func ofAffiliation(a storage.Affiliation) string { return a.JID }
func ofHat(h storage.Hat) string                 { return h.URI }
func ofHold(h storage.Hold) string               { return h.JID }
func ofRequest(r storage.Request) string         { return r.JID }
func ofSession(s storage.Session) string         { return s.JID }
func ofLink(l storage.Link) string               { return l.Peer }

func with[V any](list []V, key func(V) string, v V) []V {
	return slices.SortedFunc(slices.Values(append(without(list, key, key(v)), v)),
		func(a, b V) int { return cmp.Compare(key(a), key(b)) })
}

func without[V any](list []V, key func(V) string, k string) (rest []V) {
	for _, v := range list {
		if key(v) != k {
			rest = append(rest, v)
		}
	}
	return rest
}

func (m rooms) load(jid string, history int) *storage.Room {
	r, ok := m[jid]
	if !ok {
		return nil
	}
	var shown []storage.Event
	for _, e := range r.History {
		if history >= 0 || e.Kind == "message" && !e.Retracted {
			shown = append(shown, e)
		}
		r.LastAt = max(r.LastAt, e.At)
		if e.Origin == jid && e.Epoch == r.Epoch {
			r.LastSeq = max(r.LastSeq, e.Seq)
		}
		if e.Dedupe != nil {
			r.Seen = append(r.Seen, e.Dedupe)
		}
	}
	if history < 0 {
		history = max(0, r.Config.MaxHistory)
	}
	r.History = append([]storage.Event(nil), shown[max(0, len(shown)-history):]...)
	return &r
}

func (m rooms) list(after string, limit int, listed func(storage.RoomRecord) bool) (list []storage.Listed, total int) {
	for _, jid := range jids { // in order already
		r, ok := m[jid]
		if !ok || r.Tombstone != nil || !listed(r.RoomRecord) {
			continue
		}
		if total++; jid > after && len(list) < limit {
			list = append(list, storage.Listed{JID: jid, Name: r.Config.Name})
		}
	}
	return list, total
}

func (m rooms) unfinished() (list []string) {
	for _, jid := range jids {
		if r, ok := m[jid]; ok && r.Tombstone == nil && (len(r.Sessions) > 0 || !r.Config.Persistent) {
			list = append(list, jid)
		}
	}
	return list
}

func (m rooms) owned(creator string) (n int) {
	for _, r := range m {
		if r.Tombstone == nil && r.Creator == creator {
			n++
		}
	}
	return n
}

// archive is Store.Archive; false says that an id is not in the log.
func (m rooms) archive(q storage.Query) (*storage.Page, bool) {
	log := m[q.Room].History
	begin, end := 0, len(log)
	for i, e := range log {
		if slices.Contains(q.After, e.StanzaID) {
			begin = i + 1
		}
	}
	for i, e := range slices.Backward(log) {
		if slices.Contains(q.Before, e.StanzaID) {
			end = i
		}
	}
	for _, id := range slices.Concat(q.After, q.Before, q.IDs) {
		if !slices.ContainsFunc(log, func(e storage.Event) bool { return e.StanzaID == id }) {
			return nil, false
		}
	}
	page := &storage.Page{}
	var found []storage.Event
	for i, e := range log {
		if !asked(e, q) {
			continue
		}
		if page.Total++; i >= begin && i < end {
			found = append(found, e)
		}
	}
	limit := min(max(q.Max, 0), len(found))
	page.Complete = limit == len(found)
	if page.Events = append([]storage.Event(nil), found[:limit]...); q.Backward {
		page.Events = append([]storage.Event(nil), found[len(found)-limit:]...)
	}
	if !q.Count {
		page.Total = 0
	}
	return page, true
}

func asked(e storage.Event, q storage.Query) bool {
	said := e.At >> 16
	whole := !strings.Contains(q.Author, "/")
	by := e.Author == q.Author || whole && strings.HasPrefix(e.Author, q.Author+"/")
	return (q.Start.IsZero() || said >= q.Start.UnixMilli()) && (q.End.IsZero() || said <= q.End.UnixMilli()) &&
		(q.Nick == "" || e.Nick == q.Nick) && (q.Author == "" || by) && (!q.Open || e.Open) &&
		(len(q.IDs) == 0 || slices.Contains(q.IDs, e.StanzaID))
}

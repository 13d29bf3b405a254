package memory

import (
	"slices"
	"time"

	"isthmus/storage"
)

// Records are copied on their way in and out, so that nobody outside shares bytes with the store. A copy has the form
// in which a database returns it too: times in UTC by the microsecond, and nothing instead of an empty list.

func copyRoom(r storage.RoomRecord) storage.RoomRecord {
	r.Secret, r.SubjectXML = list(r.Secret), list(r.SubjectXML)
	r.Created, r.SubjectAt = instant(r.Created), instant(r.SubjectAt)
	r.Config.PresenceBroadcast = list(r.Config.PresenceBroadcast)
	r.Config.GetMemberList = list(r.Config.GetMemberList)
	r.Config.FederationAccept = list(r.Config.FederationAccept)
	return r
}

func copyEvent(e storage.Event) storage.Event {
	e.Payload, e.Dedupe = list(e.Payload), list(e.Dedupe)
	return e
}

func copyLink(l storage.Link) storage.Link {
	l.SyncedAt = instant(l.SyncedAt)
	return l
}

func copyHat(h storage.Hat) storage.Hat {
	h.Wearers = list(h.Wearers)
	return h
}

func copyHold(h storage.Hold) storage.Hold {
	h.Until = instant(h.Until)
	return h
}

func copyRequest(r storage.Request) storage.Request {
	r.Form, r.At = list(r.Form), instant(r.At)
	return r
}

func copySession(q storage.Session) storage.Session {
	q.Payload = list(q.Payload)
	return q
}

func copyTalk(t storage.Talk) storage.Talk {
	t.Params, t.Data = list(t.Params), list(t.Data)
	return t
}

func copyProposal(p storage.Proposal) storage.Proposal {
	p.Until = instant(p.Until)
	return p
}

func copyTombstone(t storage.Tombstone) storage.Tombstone {
	t.Owners, t.Until = list(t.Owners), instant(t.Until)
	return t
}

func list[T any](in []T) []T {
	if len(in) == 0 {
		return nil
	}
	return slices.Clone(in)
}

func instant(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

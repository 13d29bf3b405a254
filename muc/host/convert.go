package host

import (
	"time"

	"isthmus/muc"
	"isthmus/storage"
)

// toChange is what an effect asks of the database, nil for one that does not.
func toChange(room string, e muc.Effect) (storage.Change, *muc.Send) {
	switch e := e.(type) {
	case muc.Append:
		return storage.AppendEvent{Event: storage.Event(e.Entry)}, e.Refuse
	case muc.SaveRoom:
		return storage.SaveRoom{Room: toRecord(e.Record)}, nil
	case muc.SaveAffiliation:
		return storage.SaveAffiliation{Room: room, Affiliation: storage.Affiliation(e.Item)}, nil
	case muc.Delete:
		return storage.DeleteRoom{JID: room}, nil
	}
	return nil, nil
}

func toRecord(r muc.Record) storage.RoomRecord {
	return storage.RoomRecord{
		JID: r.JID, Epoch: r.Epoch, Secret: r.Secret, Created: r.Created, Locked: r.Locked, Config: storage.Config(r.Config),
		Subject: r.Subject, SubjectNick: r.SubjectNick, SubjectAuthor: r.SubjectAuthor, SubjectAt: r.SubjectAt,
	}
}

func fromRecord(r storage.RoomRecord) muc.Record {
	return muc.Record{
		JID: r.JID, Epoch: r.Epoch, Secret: r.Secret, Created: r.Created, Locked: r.Locked, Config: muc.Config(r.Config),
		Subject: r.Subject, SubjectNick: r.SubjectNick, SubjectAuthor: r.SubjectAuthor, SubjectAt: r.SubjectAt,
	}
}

// fromStored is a room as muc opens it, nil for none.
func fromStored(r *storage.Room) *muc.Stored {
	if r == nil {
		return nil
	}
	s := &muc.Stored{Record: fromRecord(r.RoomRecord), Seen: r.Seen, LastSeq: r.LastSeq, LastAt: r.LastAt}
	for _, a := range r.Affiliations {
		s.Affiliations = append(s.Affiliations, muc.AffiliationRecord(a))
	}
	for _, e := range r.History {
		s.History = append(s.History, muc.Entry(e))
	}
	return s
}

// syncedAt is how far each link had its peer's messages.
func syncedAt(r *storage.Room) map[muc.Via]time.Time {
	m := map[muc.Via]time.Time{}
	if r == nil {
		return m
	}
	for _, k := range r.Links {
		m[muc.Via(k.Peer)] = k.SyncedAt
	}
	return m
}

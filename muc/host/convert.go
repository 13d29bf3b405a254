package host

import (
	"isthmus/muc"
	"isthmus/storage"
)

// toChange is what an effect asks of the database, nil for one that does not.
func toChange(room string, e muc.Effect) (storage.Change, *muc.Refusal) {
	switch e := e.(type) {
	case muc.Append:
		return storage.AppendEvent{Event: storage.Event(e.Entry)}, e.Refuse
	case muc.SaveRoom:
		return storage.SaveRoom{Room: toRecord(e.Record)}, nil
	case muc.SaveAffiliation:
		return storage.SaveAffiliation{Room: room, Affiliation: storage.Affiliation(e.Item)}, nil
	case muc.Retract:
		return storage.Retract{Room: room, StanzaID: e.StanzaID, Payload: e.Payload}, nil
	case muc.SaveVCard:
		return storage.SaveVCard{Room: room, VCard: e.VCard}, nil
	case muc.SaveHat:
		return storage.SaveHat{Room: room, Hat: storage.Hat(e.Hat)}, nil
	case muc.DeleteHat:
		return storage.DeleteHat{Room: room, URI: e.URI}, nil
	case muc.SaveHold:
		return storage.SaveHold{Room: room, Hold: storage.Hold(e.Hold)}, nil
	case muc.DeleteHold:
		return storage.DeleteHold{Room: room, JID: e.JID}, nil
	case muc.SaveRequest:
		return storage.SaveRequest{Room: room, Request: storage.Request(e.Request)}, nil
	case muc.DeleteRequest:
		return storage.DeleteRequest{Room: room, JID: e.JID}, nil
	case muc.SaveProposal:
		return storage.SaveProposal{Room: room, Proposal: storage.Proposal(e.Proposal)}, e.Refuse
	case muc.DeleteProposal:
		return storage.DeleteProposal{Room: room, Author: e.Author, ID: e.ID}, nil
	case muc.SaveTalk:
		return storage.SaveTalk{Room: room, Talk: storage.Talk(e.Talk)}, nil
	case muc.DeleteTalk:
		return storage.DeleteTalk{Room: room, Key: e.Key}, nil
	case muc.Delete:
		return storage.DeleteRoom{JID: room, Tombstone: (*storage.Tombstone)(e.Tombstone)}, nil
	}
	return nil, nil
}

func toRecord(r muc.Record) storage.RoomRecord {
	return storage.RoomRecord{
		JID: r.JID, Epoch: r.Epoch, Secret: r.Secret, Created: r.Created, Creator: r.Creator,
		Locked: r.Locked, Config: storage.Config(r.Config),
		Subject: r.Subject, SubjectXML: r.SubjectXML, SubjectNick: r.SubjectNick, SubjectAuthor: r.SubjectAuthor,
		SubjectVia: r.SubjectVia, SubjectAt: r.SubjectAt,
	}
}

func fromRecord(r storage.RoomRecord) muc.Record {
	return muc.Record{
		JID: r.JID, Epoch: r.Epoch, Secret: r.Secret, Created: r.Created, Creator: r.Creator,
		Locked: r.Locked, Config: muc.Config(r.Config),
		Subject: r.Subject, SubjectXML: r.SubjectXML, SubjectNick: r.SubjectNick, SubjectAuthor: r.SubjectAuthor,
		SubjectVia: r.SubjectVia, SubjectAt: r.SubjectAt,
	}
}

// fromStored is a room as muc opens it, nil for none.
func fromStored(r *storage.Room) *muc.Stored {
	if r == nil {
		return nil
	}
	s := &muc.Stored{
		Record: fromRecord(r.RoomRecord), Seen: r.Seen, LastSeq: r.LastSeq, LastAt: r.LastAt, VCard: r.VCard,
		Tombstone: (*muc.Tombstone)(r.Tombstone),
	}
	for _, a := range r.Affiliations {
		s.Affiliations = append(s.Affiliations, muc.AffiliationRecord(a))
	}
	for _, e := range r.History {
		s.History = append(s.History, muc.Entry(e))
	}
	for _, q := range r.Sessions {
		s.Sessions = append(s.Sessions, fromSession(q))
	}
	for _, h := range r.Hats {
		s.Hats = append(s.Hats, muc.Hat(h))
	}
	for _, h := range r.Holds {
		s.Holds = append(s.Holds, muc.Hold(h))
	}
	for _, k := range r.Talks {
		if k.Role != nodeRole {
			s.Talks = append(s.Talks, muc.TalkRecord(k))
		}
	}
	for _, p := range r.Proposals {
		s.Proposals = append(s.Proposals, muc.Proposal(p))
	}
	for _, q := range r.Requests {
		s.Requests = append(s.Requests, muc.Request(q))
	}
	return s
}

func toPage(p *storage.Page) muc.Page {
	page := muc.Page{Complete: p.Complete, Total: p.Total}
	for _, e := range p.Events {
		page.Events = append(page.Events, muc.Entry(e))
	}
	return page
}

// linksOf is what is known of each link.
func linksOf(r *storage.Room) map[muc.Via]storage.Link {
	m := map[muc.Via]storage.Link{}
	if r == nil {
		return m
	}
	for _, k := range r.Links {
		m[muc.Via(k.Peer)] = k
	}
	return m
}

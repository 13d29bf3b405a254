package muc

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
)

// question is one that the room has asked of its log, and the same as its twin has asked it.
type question struct{ mine, its Load }

// logged keeps the log. Whom a query looks for is for those only who might know it (P8).
func (s *stage) logged(ev Event, effects []Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case Append:
			s.log = append(s.log, e.Entry)
		case Retract:
			s.retract(e)
		case Load:
			for _, q := range e.Queries {
				s.discreet(ev.Stanza.From, q)
			}
		}
	}
}

func (s *stage) retract(e Retract) {
	log := slices.Clone(s.log)
	for i := range log {
		if log[i].StanzaID == e.StanzaID {
			if log[i].Retracted {
				s.t.Fatalf("%s is retracted twice", e.StanzaID)
			}
			log[i].Payload, log[i].Retracted = e.Payload, true
		}
	}
	s.log = log
}

func (s *stage) discreet(asker stanza.JID, q Query) {
	author, _ := stanza.ParseJID(q.Author)
	nothing := !q.End.IsZero() && q.End.Before(q.Start)
	open := q.Open && s.room.rec.Config.NonAnonymous
	if q.Author != "" && author.Bare() != asker.Bare() && !nothing && !open && !s.room.readsJIDs(asker) {
		s.t.Fatalf("%s asks for %+v", asker, q)
	}
}

// answer answers one of the questions, as the log is when it is answered.
func (s *stage) answer() {
	i := rapid.IntRange(0, len(s.questions)-1).Draw(s.t, "question")
	q := s.questions[i]
	s.questions = slices.Delete(s.questions, i, i+1)
	mine, its := s.pages(q.mine.Queries)
	if rapid.IntRange(0, 9).Draw(s.t, "busy") == 0 {
		mine, its = Loaded{Err: ErrBusy}, Loaded{Err: ErrBusy}
	}
	mine.Load, its.Load = q.mine, q.its
	s.step(Event{At: s.now, Loaded: &mine}, Event{At: s.now, Loaded: &its})
}

// pages are what the log has for some queries, once for each of the twins.
func (s *stage) pages(list []Query) (mine, its Loaded) {
	for _, q := range list {
		for _, id := range slices.Concat(q.After, q.Before, q.IDs) {
			if s.at(id) < 0 {
				return Loaded{Err: ErrNoEvent}, Loaded{Err: ErrNoEvent}
			}
		}
		p := s.page(q)
		mine.Pages = append(mine.Pages, p)
		p.Events = slices.Clone(p.Events)
		its.Pages = append(its.Pages, p)
	}
	return mine, its
}

func (s *stage) at(id string) int {
	return slices.IndexFunc(s.log, func(e Entry) bool { return e.StanzaID == id })
}

// page is what the log has for a query, as far as the room's deeds ask.
func (s *stage) page(q Query) Page {
	var p Page
	for i, e := range s.log {
		author, _ := stanza.ParseJID(e.Author)
		if q.Nick != "" && q.Nick != e.Nick || q.Author != "" && q.Author != author.Bare().String() || q.Open && !e.Open ||
			!q.End.IsZero() && q.End.Before(q.Start) || len(q.IDs) > 0 && !slices.Contains(q.IDs, e.StanzaID) {
			continue
		}
		p.Total++
		if !slices.ContainsFunc(q.After, func(id string) bool { return i <= s.at(id) }) &&
			!slices.ContainsFunc(q.Before, func(id string) bool { return i >= s.at(id) }) {
			p.Events = append(p.Events, e)
		}
	}
	if !q.Count {
		p.Total = 0
	}
	n := min(q.Max, len(p.Events))
	p.Complete = n == len(p.Events)
	if q.Backward {
		p.Events = p.Events[len(p.Events)-n:]
	}
	p.Events = p.Events[:n]
	return p
}

// secret: an archived message names its author's address where the room hid none when it was said, nor now, and to
// moderators and admins. xep:0313#business-storeret-muc-archives
func (s *stage) secret(out Send) {
	_, rest, _ := strings.Cut(string(out.Out.Tail), "<result xmlns='"+nsMAM+"' id='")
	id, rest, found := strings.Cut(rest, "'")
	if !found || !strings.Contains(rest, " jid='") {
		return
	}
	i := s.at(id)
	for _, to := range out.To {
		who := stanza.MustJID(string(to))
		if (!s.log[i].Open || !s.room.rec.Config.NonAnonymous) && !s.room.readsJIDs(who) {
			s.t.Fatalf("%s learns who has said %s: %s", who, id, rest)
		}
	}
}

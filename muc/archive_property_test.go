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
		case Load:
			for _, q := range e.Queries {
				s.discreet(ev.Stanza.From, q)
			}
		}
	}
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
	var pages []Page
	for _, q := range q.mine.Queries {
		pages = append(pages, s.page(q))
	}
	s.step(Event{At: s.now, Loaded: &Loaded{Load: q.mine, Pages: pages}}, Event{At: s.now, Loaded: &Loaded{Load: q.its, Pages: pages}})
}

// page is what the log has for a query, as far as the room's deeds ask.
func (s *stage) page(q Query) Page {
	var p Page
	for _, e := range s.log {
		author, _ := stanza.ParseJID(e.Author)
		if (q.Nick == "" || q.Nick == e.Nick) && (q.Author == "" || q.Author == author.Bare().String()) &&
			(!q.Open || e.Open) && (q.End.IsZero() || !q.End.Before(q.Start)) {
			p.Events = append(p.Events, e)
		}
	}
	p.Total = len(p.Events)
	n := min(q.Max, p.Total)
	p.Complete = n == p.Total
	if q.Backward {
		p.Events = p.Events[p.Total-n:]
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
	i := slices.IndexFunc(s.log, func(e Entry) bool { return e.StanzaID == id })
	for _, to := range out.To {
		who := stanza.MustJID(string(to))
		if (!s.log[i].Open || !s.room.rec.Config.NonAnonymous) && !s.room.readsJIDs(who) {
			s.t.Fatalf("%s learns who has said %s: %s", who, id, rest)
		}
	}
}

package muc

import (
	"strconv"
	"time"

	"isthmus/component/stanza"
)

// pulse asks clients that have been silent for long whether they are still there, and takes out who is not. What users of
// other nodes do is for those to find out. xep:0045#impl-service-ghosts xep:0199
var pulse = feature{
	name: "XEP-0045 ghosts",
	due: func(r *Room) time.Time {
		if len(r.sessions) == 0 {
			return time.Time{}
		}
		return r.pulseAt
	},
	wake: (*Room).seekGhosts,
}

const (
	askedAtOnce = 50          // so that a large room that was silent does not ask everybody in one instant
	askedEvery  = time.Second // and as many who do not answer are taken out
)

// hear notes that a session's client is alive: it has said something. Errors that servers send in its place do not count.
func (r *Room) hear(st *stanza.Stanza) {
	if s := r.session(st.From); s != nil && !(st.IsError() && ghostly(st, ghostConditions)) {
		s.heard, s.asked = r.now, time.Time{}
	}
}

// seekGhosts asks whom nobody has heard for long, takes out who has not answered in time, and says when to look again. What
// was asked before the host server was attached again may never have arrived, and is asked anew.
func (r *Room) seekGhosts() {
	var ghosts []*Session
	left := askedAtOnce
	r.pulseAt = time.Time{}
	for _, s := range r.behind(Here) {
		if s.asked.Before(r.since) {
			s.asked = time.Time{}
		}
		at := r.patience(s)
		switch {
		case at.After(r.now):
		case left == 0:
			at = r.now.Add(askedEvery)
		case s.asked.IsZero():
			left--
			r.askAlive(s)
			at = r.patience(s)
		default:
			left--
			ghosts = append(ghosts, s)
			continue
		}
		r.lookBy(at)
	}
	for _, s := range ghosts {
		r.lose(s)
	}
}

// patience is when a session that says nothing more will be asked, or be given up if it has been.
func (r *Room) patience(s *Session) time.Time {
	if s.asked.IsZero() {
		return s.heard.Add(r.settings.PingIdle)
	}
	return s.asked.Add(r.settings.PingTimeout)
}

// expect begins to listen to a session.
func (r *Room) expect(s *Session) {
	if r.settings.PingIdle > 0 && s.via == Here {
		s.heard = r.now
		r.lookBy(r.patience(s))
	}
}

// lookBy has the room look for ghosts at this time, or earlier if it will anyway; never more often than it asks.
func (r *Room) lookBy(at time.Time) {
	if soonest := r.now.Add(askedEvery); at.Before(soonest) {
		at = soonest
	}
	if r.pulseAt.IsZero() || at.Before(r.pulseAt) {
		r.pulseAt = at
	}
}

// askAlive pings a client in the name of the room. The id tells this question from all before it: what became of them says
// nothing about a client that has come back.
func (r *Room) askAlive(s *Session) {
	s.asked = r.now
	var b stanza.Builder
	b.Empty("ping", "xmlns", nsPing)
	r.send(stanza.Envelope{Kind: stanza.IQ, Type: "get", ID: r.askID(s), From: r.me}, b.Bytes(), s.addr)
}

func (r *Room) askID(s *Session) string {
	return r.sealID(r.jid, s.jid, strconv.FormatInt(s.asked.UnixNano(), 36))
}

// answered takes the answer to the room's own ping. Whatever a client answers means that it lives, also that it knows no
// pings. But servers say the same for a client that is gone. Then the room sends it an empty message of the kind that goes to
// all: no living client refuses it, and for others it bounces, which is the end of a ghost. RFC 6121 section 8.5.3.2
func (r *Room) answered(st *stanza.Stanza) {
	s := r.session(st.From)
	switch {
	case s == nil, s.asked.IsZero(), st.ID != r.askID(s), !ghostly(st, ghostConditions):
	case ghostly(st, deadConditions):
		r.lose(s)
	default:
		s.heard, s.asked = r.now, time.Time{}
		var b stanza.Builder
		b.Empty("no-store", "xmlns", nsHints)
		r.send(stanza.Envelope{Kind: stanza.Message, Type: "groupchat", From: r.me}, b.Bytes(), s.addr)
	}
}

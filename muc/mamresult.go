package muc

import (
	"slices"

	"isthmus/component/stanza"
)

// CountMost bounds how far what matches a query is counted; a page's total is at most one more.
const CountMost = 10000

// pageBytes is how much of the log goes into one page, unless its first message alone is larger.
const pageBytes = 1 << 20

// fit cuts a page that is too large to be sent at once: what is left out is on the next one. xep:0313#query-paging-limit
func fit(p Page, backward bool) Page {
	size := 0
	for n := range p.Events {
		i := n
		if backward {
			i = len(p.Events) - 1 - n
		}
		size += len(p.Events[i].Payload)
		if n == 0 || size <= pageBytes {
			continue
		}
		p.Complete = false
		if backward {
			p.Events = p.Events[i+1:]
		} else {
			p.Events = p.Events[:i]
		}
		break
	}
	return p
}

// sendPage sends what was found, and then that this was all of it. xep:0313#results
func (r *Room) sendPage(asker *stanza.Stanza, a *ask, p Page) {
	list := p.Events
	if a.flip { // xep:0313#query-paging-flip
		list = slices.Clone(list)
		slices.Reverse(list)
	}
	for i := range list {
		r.send(stanza.Envelope{Kind: stanza.Message, From: r.me}, r.archived(a, &list[i]), asker.From.Addr())
	}
	var b stanza.Builder
	complete := ""
	if p.Complete {
		complete = "true"
	}
	b.Start("fin", "xmlns", nsMAM, "complete", complete)
	whereabouts(a, p).append(&b)
	r.result(asker, b.End().Bytes())
}

// whereabouts is where a page lies in all that matches. xep:0313#query-paging-request
func whereabouts(a *ask, p Page) set {
	s := set{index: -1, count: -1}
	if a.Count && p.Total > 0 && p.Total <= CountMost {
		s.count = p.Total
	}
	n := len(p.Events)
	if n == 0 {
		return s
	}
	s.first, s.last = p.Events[0].StanzaID, p.Events[n-1].StanzaID
	switch {
	case !a.Backward && a.top, a.Backward && a.top && p.Complete:
		s.index = 0
	case a.Backward && s.count >= 0:
		s.index = s.count - n
	}
	return s
}

// archived is one message of the log as it was said, with what the room adds. xep:0313#business-storeret-muc-archives
func (r *Room) archived(a *ask, e *Entry) []byte {
	var b stanza.Builder
	b.Start("result", "xmlns", nsMAM, "queryid", a.queryID, "id", e.StanzaID)
	b.Start("forwarded", "xmlns", nsForward)
	b.Empty("delay", "xmlns", nsDelay, "stamp", stamp(clockTime(e.At)))
	b.Start("message", "xmlns", nsClient, "from", r.jid.With(e.Nick).String(), "type", "groupchat", "id", e.ID, "xml:lang", e.Lang)
	b.Raw(e.Payload)
	r.stamp(&stamped{e.OccupantID, e.StanzaID}, &b)
	r.author(&b, a.viewer, e)
	return b.End().End().End().Bytes()
}

// author says who the author of a message is, to those who may know it now and might have known it then (P8).
// xep:0313#business-storeret-muc-archives
func (r *Room) author(b *stanza.Builder, viewer stanza.JID, e *Entry) {
	author, err := stanza.ParseJID(e.Author)
	open := r.rec.Config.NonAnonymous && e.Open
	if err != nil || e.Nick == "" || !open && !r.readsJIDs(viewer) {
		return
	}
	aff, role := r.affiliation(author), NoRole
	if via := Via(e.Via); aff != Outcast && !r.vouchedBy(via, author) {
		aff = None
	}
	if o := r.occupant(e.Nick); o != nil && o.bare == author.Bare() {
		aff, role = o.aff, o.role
	}
	b.Start("x", "xmlns", nsUser)
	b.Empty("item", "affiliation", aff.String(), "role", role.String(), "jid", author.String())
	b.End()
}

// ends says where a log begins and ends, given its first and its last message. xep:0313#archive-metadata
func ends(first, last []Entry) []byte {
	var b stanza.Builder
	b.Start("metadata", "xmlns", nsMAM)
	for i, list := range [][]Entry{first, last} {
		for _, e := range list {
			b.Empty([]string{"start", "end"}[i], "id", e.StanzaID, "timestamp", stamp(clockTime(e.At)))
		}
	}
	return b.End().Bytes()
}

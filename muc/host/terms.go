package host

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/chatneg"
	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/storage"
)

// Two rooms that are linked negotiate how: beside the join, so that nobody waits for it, and once, since both remember what they
// have agreed on. A peer that does not negotiate is linked as it is configured here. xep:0155#new

// terms is what a room negotiates with one peer.
type terms struct {
	chatneg.Node
	alarm  alarm
	stored []byte // as it was stored last
}

// levels are how an administrator, and a form, call what crosses of presence; most first.
var levels = []struct{ ours, theirs string }{
	{muc.PresenceFull, "full"}, {muc.PresenceJoins, "roster"}, {muc.PresenceNone, "none"},
}

// wishes are what a room wants of a link that is configured so: nothing more than that.
func wishes(c muc.LinkConfig, history int) chatneg.Wishes {
	w := chatneg.Wishes{
		chatneg.Mode:      {cmp.Or(c.Mode, muc.MasterMaster)},
		chatneg.History:   {strconv.Itoa(history)},
		chatneg.Keepalive: {strconv.Itoa(int(c.Ping / time.Second))},
		chatneg.Anonymity: {"false"},
		chatneg.Logging:   {chatneg.May},
	}
	for _, v := range levels {
		if v.ours == c.Presence || len(w[chatneg.Traffic]) > 0 {
			w[chatneg.Traffic] = append(w[chatneg.Traffic], v.theirs)
		}
	}
	return w
}

// agreed is a link's configuration with what has been agreed on in place of what was wished.
func agreed(c muc.LinkConfig, p chatneg.Params) muc.LinkConfig {
	for i, v := range levels {
		if v.theirs == p[chatneg.Traffic] && i > level(c.Presence) {
			c.Presence = v.ours
		}
	}
	n, err := strconv.Atoi(p[chatneg.Keepalive])
	if silence := time.Duration(n) * time.Second; err == nil && c.Ping > 0 && (n == 0 || c.Ping < silence) && silence <= longestSilence {
		c.Ping = silence
	}
	return c
}

// longestSilence bounds what a peer may talk us into.
const longestSilence = 24 * time.Hour

func level(presence string) int {
	for i, v := range levels {
		if v.ours == presence {
			return i
		}
	}
	return 0
}

// termsOf are those with one peer. An end that has changed its role begins anew.
func (l *live) termsOf(via muc.Via, inbound bool) *terms {
	t := l.terms[via]
	if t != nil && (t.Me == chatneg.B) == inbound {
		return t
	}
	t = &terms{Node: chatneg.Node{Names: [2]string{l.key, string(via)}}}
	if inbound {
		t.Node = chatneg.Node{Names: [2]string{string(via), l.key}, Me: chatneg.B}
	}
	if l.terms == nil {
		l.terms = map[muc.Via]*terms{}
	}
	l.terms[via] = t
	return t
}

// inForce is how a link is: as it is configured, but for what has been agreed on.
func (s *shard) inForce(l *live, via muc.Via) muc.LinkConfig {
	c := s.linkConfig(l, via)
	if t := l.terms[via]; t != nil && s.negotiable(l, via) {
		c = agreed(c, t.Terms())
	}
	return c
}

// negotiable tells whether there may be an agreement with a peer. Openfire knows of none, and would be asked in vain.
func (s *shard) negotiable(l *live, via muc.Via) bool {
	c := s.linkConfig(l, via)
	return c.Negotiate && c.Dialect != muc.DialectOpenfire
}

// historyOf is how many messages a join brings: as many as the room shows, or fewer if that is agreed on.
func (s *shard) historyOf(l *live, via muc.Via) int {
	most := l.room.Config().MaxHistory
	if t := l.terms[via]; t != nil && s.negotiable(l, via) {
		if n, err := strconv.Atoi(t.Terms()[chatneg.History]); err == nil && n >= 0 {
			return min(n, most)
		}
	}
	return most
}

func (s *shard) wishes(l *live, k *edge) chatneg.Wishes {
	return wishes(s.linkConfig(l, k.via), l.room.Config().MaxHistory)
}

// offer goes out behind a request to join, if there is anything to agree on; on a slow link when the peer has accepted, because
// the bytes would be lost on one that has not.
func (s *shard) offer(l *live, k *edge, now time.Time) {
	state, when := k.link.State(), "joining"
	if s.linkConfig(l, k.via).Rate > 0 {
		when = "up"
	}
	begins := state == when && k.state != state
	if k.state = state; k.inbound || !begins || !s.negotiable(l, k.via) {
		return
	}
	t := l.termsOf(k.via, false)
	if due := t.Due(); !due.IsZero() && !now.Before(due) {
		t.Lose() // nobody has waited for its end
	}
	if say := t.Offer(s.wishes(l, k), rand.Text(), k.link.Status().RoundTrip, now); say != nil {
		s.say(l, k.via, say)
	}
	s.keepTerms(l, k.via, t)
}

// negotiates takes a message between two rooms that has to do with their link, and tells whether it was one.
func (s *shard) negotiates(l *live, k *edge, st *stanza.Stanza, now time.Time) bool {
	via := muc.Via(st.From.String())
	known := k != nil || l.room.Joins() == string(via) || l.room.Accepts(string(via))
	if !known || st.Kind != stanza.Message || !st.From.IsBare() || !st.To.IsBare() || fmuc.Concerns(st) {
		return false
	}
	if st.IsError() {
		return s.notNegotiated(l, k, st, now)
	}
	m, refused := chatneg.Read(st)
	switch {
	case m == nil && refused == nil:
		return false
	case k == nil || !s.negotiable(l, via):
		s.h.reply(st, stanza.Fail(mellium.ServiceUnavailable).Because("Nothing can be negotiated with this room now."))
	case refused != nil:
		s.say(l, via, &chatneg.Say{Type: "error", ID: st.ID, Payload: m.Refusal(refused, "")})
	default:
		s.hear(l, k, m, now)
	}
	return true
}

// notNegotiated takes an error about an offer. One that says that nothing gets through is none of the peer's. One about an offer
// of before this end has changed its role is for nobody.
func (s *shard) notNegotiated(l *live, k *edge, st *stanza.Stanza, now time.Time) bool {
	t := l.terms[muc.Via(st.From.String())]
	if t == nil || t.Session == nil || st.ID != t.Session.Thread && st.ID != t.Session.ID || st.ID == "" {
		m, _ := chatneg.Read(st)
		return st.Has(chatneg.NSFeature, "feature") && !undelivered[m.Failure.Condition]
	}
	if m, _ := chatneg.Read(st); k == nil || undelivered[m.Failure.Condition] || m.Failure.Type == mellium.Wait {
		t.Lose()
		s.keepTerms(l, muc.Via(st.From.String()), t)
	} else {
		s.hear(l, k, m, now)
	}
	return true
}

var undelivered = map[mellium.Condition]bool{
	mellium.RemoteServerNotFound: true, mellium.RemoteServerTimeout: true, mellium.RecipientUnavailable: true,
	mellium.ResourceConstraint: true,
}

// hear lets this end of the negotiation have what the other one says.
func (s *shard) hear(l *live, k *edge, m *chatneg.Message, now time.Time) {
	t := l.termsOf(k.via, k.inbound)
	before, refused := t.Terms(), t.Refused
	if say := t.Hear(s.wishes(l, k), m, now); say != nil {
		s.say(l, k.via, say)
	}
	if t.Refused != "" && t.Refused != refused {
		s.note(l, k, fmuc.Note{Kind: fmuc.Rejection, Text: "There is no agreement about the link. " + t.Refused}, now)
	}
	s.comply(l, k, before, now)
	s.keepTerms(l, k.via, t)
}

// comply makes a link as it has been agreed on.
func (s *shard) comply(l *live, k *edge, before chatneg.Params, now time.Time) {
	is := l.terms[k.via].Terms()
	if maps.Equal(before, is) {
		return
	}
	s.h.log.Info().Str("room", l.key).Str("peer", string(k.via)).Str("terms", cmp.Or(inWords(is), "as configured")).Msg("The link has other terms.")
	c := s.inForce(l, k.via)
	s.tell(l, k, fmuc.Event{At: now, Retune: &c})
}

// agreement is what has been agreed on with a peer, in words, "" for nothing.
func (l *live) agreement(via muc.Via) string {
	if t := l.terms[via]; t != nil {
		return inWords(t.Terms())
	}
	return ""
}

func inWords(p chatneg.Params) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		list = append(list, name[strings.IndexByte(name, '}')+1:]+" "+p[name])
	}
	return strings.Join(list, ", ")
}

// renegotiate asks the peer for terms that fit a configuration that has changed. The link goes on with the old ones meanwhile.
func (s *shard) renegotiate(l *live, k *edge, now time.Time) {
	t := l.terms[k.via]
	if t == nil || !k.link.Up() {
		return
	}
	w := s.wishes(l, k)
	delete(w, chatneg.Mode) // which needs another join
	if say := t.Ask(w, rand.Text(), now); say != nil {
		s.say(l, k.via, say)
		s.keepTerms(l, k.via, t)
	}
}

// termsDue lets time go by for a negotiation.
func (s *shard) termsDue(l *live, via muc.Via, now time.Time) {
	t, k := l.terms[via], l.edges[via]
	if t == nil || l.room == nil {
		return
	}
	before := t.Terms()
	if k == nil || !k.link.Up() && t.Session != nil && t.Session.Phase == chatneg.Offered {
		t.Lose() // it is the link that is silent
	}
	t.Tick(now)
	if k != nil {
		s.comply(l, k, before, now)
	}
	s.keepTerms(l, via, t)
}

func (s *shard) say(l *live, via muc.Via, say *chatneg.Say) {
	env := stanza.Envelope{Kind: stanza.Message, Type: say.Type, ID: say.ID, From: l.key}
	out := fmuc.Send{Out: env.Render(say.Payload), To: []stanza.Addr{stanza.MustJID(string(via)).Addr()}}
	if k := l.edges[via]; k != nil {
		s.entry(l, k).out.sent(out)
	}
	s.h.o.Out.Enqueue(l.key, out.Out, out.To)
}

// keepTerms stores what has changed of a negotiation, and sets its timer.
func (s *shard) keepTerms(l *live, via muc.Via, t *terms) {
	t.alarm.set(t.Due(), func(turn int) {
		s.mail.push(woken{room: l, alarm: &t.alarm, turn: turn, do: func(now time.Time) { s.termsDue(l, via, now) }})
	})
	data, err := json.Marshal(&t.Node)
	if err != nil || bytes.Equal(data, t.stored) {
		return
	}
	t.stored = data
	k := storage.Talk{Key: nodeKey + string(via), A: t.Names[chatneg.A], B: t.Names[chatneg.B], Role: nodeRole, Data: data}
	if t.Session != nil {
		k.Thread, k.Dialect, k.State = t.Session.Thread, t.Session.FormType, t.Session.Phase.String()
	}
	p := t.Terms()
	for _, name := range slices.Sorted(maps.Keys(p)) {
		k.Params = append(k.Params, name+"="+p[name])
	}
	s.unsaved++
	s.h.writer.submit(&ticket{change: storage.SaveTalk{Room: l.key, Talk: k}, size: 1024 + len(data), owner: s, room: l})
}

// forgetTerms forgets a negotiation with all that came of it.
func (s *shard) forgetTerms(l *live, via muc.Via) {
	t := l.terms[via]
	if t == nil {
		return
	}
	t.alarm.set(time.Time{}, nil)
	delete(l.terms, via)
	s.unsaved++
	c := storage.DeleteTalk{Room: l.key, Key: nodeKey + string(via)}
	s.h.writer.submit(&ticket{change: c, size: changeSize(c), owner: s, room: l})
}

const (
	nodeRole = "node"
	nodeKey  = "node " // those of occupants are digests
)

// storedTerms are those of a room's links, among the negotiations of its occupants.
func storedTerms(list []storage.Talk) map[muc.Via]*terms {
	m := map[muc.Via]*terms{}
	for _, k := range list {
		t := &terms{stored: k.Data}
		if k.Role == nodeRole && json.Unmarshal(k.Data, &t.Node) == nil {
			m[muc.Via(strings.TrimPrefix(k.Key, nodeKey))] = t
		}
	}
	return m
}

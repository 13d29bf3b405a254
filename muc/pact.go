package muc

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"isthmus/chatneg"
	"isthmus/component/stanza"
)

// pactLife is how long an agreement with the room waits for its user to enter.
const pactLife = 10 * time.Minute

// historyOf is a parameter of ours: how many messages a client wants to be shown when it enters.
var historyOf = chatneg.Own("history")

// pacts are sessions that users negotiate with the room itself, before they enter or when they are in. xep:0155
var pacts = feature{
	name: "XEP-0155 sessions with the room",
	fields: []field{
		flag("{"+nsIsthmus+"}chatneg_user_optout", "Occupants may have what they say not logged",
			func(c *Config) *bool { return &c.UserOptOut }),
	},
	letter:  (*Room).agrees,
	speak:   (*Room).staysHere,
	adopted: (*Room).keepsWord,
	queries: map[xml.Name]query{name(chatneg.NSFeature, "feature"): {both, (*Room).negotiable}},
}

// can is what the room is able to agree to. It promises nothing that it cannot keep itself: nothing about what users' servers
// and clients do, and about encryption only what it knows of its own connection.
func (r *Room) can() chatneg.Can {
	logging, security, disclosure := []string{chatneg.May}, []string{"none"}, []string{"enabled"}
	if r.rec.Config.UserOptOut && !r.federates() {
		logging = append(logging, chatneg.MustNot)
	}
	if r.settings.SecureLink {
		security = append(security, "c2s")
	}
	if !r.rec.Config.NonAnonymous && !r.federates() {
		disclosure = append(disclosure, "disabled") // moderators see real addresses, and nobody else
	}
	either := chatneg.One(chatneg.May, chatneg.MustNot)
	return chatneg.Can{
		chatneg.Logging: chatneg.One(logging...), chatneg.Security: chatneg.One(security...),
		chatneg.Disclosure: chatneg.One(disclosure...), chatneg.Multisession: chatneg.One("true", "false"),
		chatneg.ChatStates: either, chatneg.XHTML: either, chatneg.Presence: either,
		chatneg.Language: english, historyOf: few,
	}
}

// english is the language of the room's own texts.
func english(v string) bool {
	primary, _, _ := strings.Cut(strings.ToLower(v), "-")
	return primary == "en"
}

func few(v string) bool {
	n, err := strconv.Atoi(v)
	return err == nil && n >= 0 && n <= 1000
}

// federates tells whether what is said here goes to other nodes, none of which has promised anything yet.
func (r *Room) federates() bool {
	if r.Joins() != "" {
		return true
	}
	for id := range r.sessions {
		if id.via != Here {
			return true
		}
	}
	return false
}

// agrees takes a negotiation with the room. Who could not find the room either is not answered at all. xep:0155#secure-leak
func (r *Room) agrees(st *stanza.Stanza, s *Session) bool {
	m, refused := chatneg.Read(st)
	switch {
	case m == nil && refused == nil:
		return false
	case s == nil && !r.findable(st.From):
		return true
	}
	if err := r.hurried(r.paces().messages, st.From); err != nil {
		r.fail(st, err)
		return true
	}
	t := r.pactNamed(st.From, m.Thread)
	if refused == nil && t == nil {
		t, refused = r.newPact(m, st.From, s)
	}
	if refused != nil {
		r.refusePact(st, m, refused)
		return true
	}
	r.agree(t, st, m)
	return true
}

// findable tells whether somebody outside could come in here.
func (r *Room) findable(j stanza.JID) bool {
	aff := r.affiliation(j)
	return r.rec.Config.Public && !r.rec.Locked && aff != Outcast && (aff > None || !r.rec.Config.MembersOnly) || aff > None
}

// pactNamed is a client's agreement with the room.
func (r *Room) pactNamed(j stanza.JID, thread string) *talk {
	for _, t := range r.talks {
		if t.party() && t.Ends[chatneg.A].JID == j && t.Thread == thread {
			return t
		}
	}
	return nil
}

func (r *Room) newPact(m *chatneg.Message, from stanza.JID, s *Session) (*talk, *chatneg.Error) {
	t := &talk{Session: *chatneg.New(m, from.String(), r.me), Ends: [2]end{{Here, from, ""}, {}}}
	if s == nil {
		t.Until = r.now.Add(pactLife)
	}
	if m.Kind != chatneg.Offer {
		return t, nil
	}
	return t, r.roomToTalk(t)
}

func (r *Room) refusePact(st *stanza.Stanza, m *chatneg.Message, e *chatneg.Error) {
	env := stanza.Envelope{Kind: stanza.Message, Type: "error", ID: st.ID, From: r.me}
	r.send(env, m.Refusal(e, ""), st.From.Addr())
}

// agree lets the user say something, and says what the room has to say to it.
func (r *Room) agree(t *talk, st *stanza.Stanza, m *chatneg.Message) {
	if m.Kind == chatneg.Move && !t.Over() && r.session(st.From.With(m.Resource)) == nil {
		r.refusePact(st, m, chatneg.NotThere)
		return
	}
	was, goes := t.Bars(chatneg.Presence), st.From.With(m.Resource)
	out := t.Take(chatneg.A, m, r.now)
	if !out.Taken {
		if out.Err != nil {
			r.refusePact(st, m, out.Err)
		}
		return
	}
	if t.Phase == chatneg.Offered {
		r.talks = append(r.talks, t)
	}
	switch {
	case t.Phase == chatneg.Offered, t.Phase == chatneg.Asked:
		r.choose(t, st, m)
	case m.Kind == chatneg.Move:
		r.tellPact(t, st, &chatneg.Message{Kind: chatneg.Moved, Dialect: t.Dialect, Resource: m.Resource})
		t.Ends[chatneg.A].JID, t.Names[chatneg.A] = goes, goes.String()
	case m.Kind == chatneg.Terminate:
		r.tellPact(t, st, &chatneg.Message{Kind: chatneg.Acknowledge, Dialect: t.Dialect})
	}
	r.keepTalk(t)
	if s := r.session(t.Ends[chatneg.A].JID); s != nil && was && !t.Bars(chatneg.Presence) {
		r.sendOccupants(s)
	}
}

// choose answers an offer or a request at once: nobody need be asked. xep:0155#impl-auto
func (r *Room) choose(t *talk, st *stanza.Stanza, m *chatneg.Message) {
	values, refused := chatneg.Choose(m, r.can())
	if refused != nil {
		t.Take(chatneg.B, &chatneg.Message{Kind: chatneg.Failure, Dialect: t.Dialect, Failure: refused}, r.now)
		r.refusePact(st, m, refused)
		return
	}
	k := chatneg.Accept
	if t.Phase == chatneg.Asked {
		k = chatneg.Agree
	}
	r.tellPact(t, st, &chatneg.Message{Kind: k, Dialect: t.Dialect, Values: values})
}

// tellPact is what the room says in a session, under the id that it answers.
func (r *Room) tellPact(t *talk, st *stanza.Stanza, m *chatneg.Message) {
	payload := t.Write(m.Kind, m.Resource, "", m.Values)
	t.Take(chatneg.B, m, r.now)
	env := stanza.Envelope{Kind: stanza.Message, Type: st.Type, ID: st.ID, From: r.me}
	r.send(env, payload, st.From.Addr())
}

// keepsWord ends agreements that the room could not keep any more as it is configured now.
func (r *Room) keepsWord(Config) []int {
	can := r.can()
	for _, t := range slices.Clone(r.talks) {
		if !t.party() || t.Over() {
			continue
		}
		for name, value := range t.Params {
			if fits := can[name]; fits == nil || !fits(value) {
				bye := t.Write(chatneg.Terminate, "", "The room has been configured otherwise.", nil)
				t.Take(chatneg.B, &chatneg.Message{Kind: chatneg.Terminate, Dialect: t.Dialect}, r.now)
				r.hand(t, chatneg.A, stanza.Envelope{}, bye)
				r.keepTalk(t)
				break
			}
		}
	}
	return nil
}

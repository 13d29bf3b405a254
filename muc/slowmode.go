package muc

import (
	"encoding/xml"
	"slices"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

const (
	nsValidate = "http://jabber.org/protocol/xdata-validate"

	longestPause = 24 * 60 * 60 // seconds
)

// slowMode makes users wait between two messages to all, whatever their nick and from however many clients; only what people
// read counts. Admins and owners are exempt. Users of other nodes are slowed there, or not. xep:0500#server-side-rate-limiting
var slowMode = feature{
	name: "XEP-0500 slow mode",
	speak: func(r *Room, s *Session, m *speech) *stanza.Error {
		if s.o.aff >= Admin || !legible(m.st.Children) {
			return nil
		}
		return r.turns.refuse(s.o.bare.String(), r.pause(), r.now)
	},
	heard: (*Room).takesTurn,
	// A room that nobody is in stays in memory until nobody would have to wait who came back.
	due: func(r *Room) time.Time {
		if len(r.occupants) > 0 {
			return time.Time{}
		}
		return r.turns.last(r.pause())
	},
	wake: func(r *Room) { r.turns.forget(r.pause(), r.now) },
	fields: []field{
		integer(number("muc#roomconfig_slow_mode_duration", "Seconds between two messages of one user (0 = no slow mode)",
			0, longestPause, func(c *Config) *int { return &c.SlowMode }), 0, longestPause),
	},
	info: func(r *Room) []stanza.Field {
		return []stanza.Field{{
			Var: "muc#roominfo_slow_mode_duration", Type: "text-single", Values: []string{itoa(r.rec.Config.SlowMode)},
		}}
	},
}

// takesTurn notes that somebody has spoken here.
func (r *Room) takesTurn(u *utterance) {
	if u.via == Here && u.Affiliation < Admin && legible(u.children) {
		r.turns.add(u.JID.Bare().String(), r.pause(), r.now)
	}
}

func (r *Room) pause() time.Duration { return time.Duration(r.rec.Config.SlowMode) * time.Second }

// integer tells clients which numbers a field takes. xep:0122#usecases-validation
func integer(f field, low, high int) field {
	var b stanza.Builder
	b.Start("validate", "xmlns", nsValidate, "datatype", "xs:integer")
	f.extra = b.Empty("range", "min", itoa(low), "max", itoa(high)).End().Bytes()
	return f
}

// turns remembers who spoke last when, as long as it matters.
type turns struct {
	at    map[string]time.Time // by bare JID
	order []turn               // of at, oldest first
}

type turn struct {
	who string
	at  time.Time
}

// refuse is why somebody has to wait, nil if he has not.
func (p *turns) refuse(who string, pause time.Duration, now time.Time) *stanza.Error {
	at, spoke := p.at[who]
	left := at.Add(pause).Sub(now)
	if !spoke || left <= 0 {
		return nil
	}
	return stanza.Fail(mellium.PolicyViolation).OfType(mellium.Wait).
		Because("You have to wait " + seconds(pause) + " between messages in this room. Try again " + in(left) + ".")
}

func (p *turns) add(who string, pause time.Duration, now time.Time) {
	p.forget(pause, now)
	if pause == 0 {
		return
	}
	if p.at == nil {
		p.at = map[string]time.Time{}
	}
	p.at[who] = now
	p.order = append(p.order, turn{who, now})
}

// forget drops who has waited long enough.
func (p *turns) forget(pause time.Duration, now time.Time) {
	for len(p.order) > 0 && !p.order[0].at.Add(pause).After(now) {
		if first := p.order[0]; p.at[first.who].Equal(first.at) {
			delete(p.at, first.who)
		}
		p.order = p.order[1:]
	}
}

// last is when the last of them has waited long enough; the zero time if nobody has to.
func (p *turns) last(pause time.Duration) time.Time {
	if len(p.order) == 0 {
		return time.Time{}
	}
	return p.order[len(p.order)-1].at.Add(pause)
}

// seconds is a span of time for people.
func seconds(d time.Duration) string {
	if d == time.Second {
		return "1 second"
	}
	return itoa(int(d/time.Second)) + " seconds"
}

// legible tells whether a message holds something to read, be it encrypted.
func legible(list []stanza.Element) bool {
	return slices.ContainsFunc(list, func(e stanza.Element) bool { return texts[e.Name] })
}

var texts = map[xml.Name]bool{
	name("", "body"): true,
	name("http://jabber.org/protocol/xhtml-im", "html"): true,
	name("eu.siacs.conversations.axolotl", "encrypted"): true,
	name("urn:xmpp:omemo:2", "encrypted"):               true,
	name("urn:xmpp:openpgp:0", "openpgp"):               true,
}

package muc

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"html"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
)

// stage is a room under random events, beside a twin that is told the same.
type stage struct {
	t          *rapid.T
	settings   *Settings
	epoch      int64
	room, twin *Room
	now, timer time.Time
	believers  map[string]*believer
	open       map[string]bool // who might see addresses before the event
	published  []published
	log        []Entry
	questions  []question // to the log, unanswered
	frozen     []kept
	asked      []asked // what clients were asked last
	disk       *disk
}

// published is an effect's bytes, and how they were when they left.
type published struct {
	out  Send
	copy Send
}

// TestRandomRoom plays random events of local users and of a link and holds every step to the room's promises.
func TestRandomRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &stage{
			t: t, settings: drawSettings(t),
			now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), believers: map[string]*believer{},
		}
		for _, c := range testClients {
			s.believers[c] = &believer{}
		}
		s.reopen()
		if rapid.Bool().Draw(t, "crowd") {
			s.crowd()
		}
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			s.pass()
			if rapid.IntRange(0, 9).Draw(t, "freeze") == 0 {
				s.thaw()
			}
			if len(s.questions) > 0 && rapid.Bool().Draw(t, "answer") {
				s.answer()
				continue
			}
			ev := s.drawEvent()
			s.step(ev, ev)
		}
		s.untouched()
	})
}

// reopen begins a new log at the room's address, where there may be a tombstone. Who has asked the old log hears of its end.
func (s *stage) reopen() {
	for _, q := range s.questions {
		effects := s.room.Handle(Event{At: s.now, Loaded: &Loaded{Load: q.mine}})
		s.deterministic(effects, s.twin.Handle(Event{At: s.now, Loaded: &Loaded{Load: q.its}}))
		s.sent(effects)
	}
	s.epoch++
	s.disk = newDisk(s.disk)
	s.room = Open(s.settings, stanza.MustJID(testRoom), s.birth(), s.disk.buried())
	s.twin = Open(s.settings, stanza.MustJID(testRoom), s.birth(), s.disk.buried())
	s.log, s.questions, s.asked, s.timer = nil, nil, nil, time.Time{}
}

func (s *stage) birth() Birth {
	return Birth{Epoch: s.epoch, Secret: []byte("a secret of thirty-two characters")}
}

// step lets one thing happen to the room, and the same to its twin.
func (s *stage) step(ev, its Event) {
	s.open = s.privileged()
	created := !s.room.exists
	effects := s.room.Handle(ev)
	s.deterministic(effects, s.twin.Handle(its))
	s.disk.take(effects)
	if created && s.room.exists {
		hat := Hat{URI: pools["hat"][0]} // so that some wear it
		s.room.hats, s.twin.hats, s.disk.Hats = []Hat{hat}, []Hat{hat}, []Hat{hat}
	}
	s.timed(effects)
	s.stored(effects)
	s.logged(ev, effects)
	s.sent(effects)
	s.ordered(ev, effects)
	s.sound()
	s.believed()
	switch {
	case s.room.dead:
		s.reopen()
	case created && s.room.rec.Locked && rapid.IntRange(0, 4).Draw(s.t, "stays locked") > 0: // so that others get in
		instant := Event{At: s.now, Stanza: mustParse(s.t, testForm+"</x></query></iq>", s.room.rec.Creator+"/pc")}
		s.step(instant, instant)
	}
}

// deterministic: the same events have the same effects, to the byte (R1).
func (s *stage) deterministic(effects, same []Effect) {
	if len(effects) != len(same) {
		s.t.Fatalf("twins differ:\n%s\n%s", readable(effects), readable(same))
	}
	for i := range effects {
		mine, ok := effects[i].(Load)
		its, too := same[i].(Load)
		if ok && too && reflect.DeepEqual(mine.Queries, its.Queries) {
			s.questions = append(s.questions, question{mine, its})
		} else if !reflect.DeepEqual(effects[i], same[i]) {
			s.t.Fatalf("twins differ:\n%s\n%s", readable(effects), readable(same))
		}
	}
}

func readable(effects []Effect) string {
	var b strings.Builder
	for _, e := range effects {
		if s, ok := e.(Send); ok {
			fmt.Fprintf(&b, "\n\t%s… to %v", s.Out.To(""), s.To)
			continue
		}
		fmt.Fprintf(&b, "\n\t%T", e)
	}
	return b.String()
}

// stored: what is logged or saved comes before all that shows it, and nothing is stored for a room that is deleted (R2).
func (s *stage) stored(effects []Effect) {
	shown, deleted := false, false
	for _, e := range effects {
		switch e.(type) {
		case Send, Relay, Load, Done:
			shown = true
			continue
		case Wake:
			continue
		case Delete:
			deleted = true
			continue
		}
		if shown || deleted {
			s.t.Fatalf("%T after it was shown (%v) or after the room's end (%v)", e, shown, deleted)
		}
	}
}

// sent: what leaves is well-formed, says who somebody is at most once, and leaks no address (R4, R5).
func (s *stage) sent(effects []Effect) {
	after := s.privileged()
	for _, e := range effects {
		out, ok := e.(Send)
		if !ok {
			continue
		}
		s.secret(out)
		s.published = append(s.published, published{out, copyOf(out)})
		for _, to := range out.To {
			raw := out.Out.To(to)
			seen := s.parse(raw)
			if seen.XMLName.Local == "presence" && seen.Type != "error" && len(seen.X) != 1 && seen.From != testRoom {
				s.t.Fatalf("%d times muc#user: %s", len(seen.X), raw)
			}
			who := html.UnescapeString(string(to))
			if !s.open[who] && !after[who] {
				s.silent(who, raw)
			}
			if b := s.believers[who]; b != nil {
				b.read(seen)
			}
			s.note(who, seen, raw)
		}
	}
}

// asked is what a client was sent that it may answer, or that may bounce.
type asked struct{ kind, to, from, id string }

// note keeps what later deeds need to know.
func (s *stage) note(to string, seen *seenStanza, raw []byte) {
	switch seen.XMLName.Local + " " + seen.Type {
	case "iq get", "iq set", "message ", "message chat":
		s.asked = append(s.asked, asked{seen.XMLName.Local, to, html.EscapeString(seen.From), seen.ID})
		s.asked = s.asked[max(0, len(s.asked)-8):]
	}
	if m := inSession.FindSubmatch(raw); m != nil {
		s.asked = append(s.asked, asked{"command", to, string(m[1]), string(m[2])})
	}
}

var inSession = regexp.MustCompile(` node='([^']+)' sessionid='([^']+)'`)

func (s *stage) parse(raw []byte) *seenStanza {
	seen := &seenStanza{}
	if err := xml.Unmarshal(raw, seen); err != nil {
		s.t.Fatalf("%v: %s", err, raw)
	}
	return seen
}

func copyOf(s Send) Send {
	return Send{stanza.Out{Head: bytes.Clone(s.Out.Head), Tail: bytes.Clone(s.Out.Tail)}, slices.Clone(s.To), s.Ahead}
}

// untouched: what was published or frozen has not been written to since (R8).
func (s *stage) untouched() {
	for _, p := range s.published {
		if !reflect.DeepEqual(p.out, p.copy) {
			s.t.Fatalf("published and written to: %s", p.out.Out.Head)
		}
	}
	for _, f := range s.frozen {
		if now := asText(s.t, f.stored); now != f.text {
			s.t.Fatalf("frozen and written to:\n%s\n%s", f.text, now)
		}
	}
}

// privileged are the clients that the room's rules let see addresses.
func (s *stage) privileged() map[string]bool {
	may := map[string]bool{}
	for _, c := range slices.Concat(testClients, pools["user"]) {
		j := stanza.MustJID(c)
		o := s.room.session(j)
		may[c] = s.room.exists && (s.room.rec.Config.NonAnonymous || s.room.affiliation(j) >= Admin || o != nil && s.room.seesJIDs(o.o))
	}
	return may
}

var encoded = regexp.MustCompile(`[A-Za-z0-9_-]{16,}`)

// refused is the item of somebody's own request that was refused.
var refused = regexp.MustCompile(`(<iq [^>]*type='error'.*?)<query xmlns='` + nsAdmin + `'>.*</query>`)

// silent: nothing that is sent to somebody holds another user's address, not even encoded. A refusal names who refuses.
func (s *stage) silent(who string, raw []byte) {
	text := refused.ReplaceAllString(string(raw), "$1")
	if strings.Contains(text, "<decline") {
		return
	}
	for _, t := range encoded.FindAllString(text, -1) {
		if p, err := base64.RawURLEncoding.DecodeString(t); err == nil {
			text += string(p)
		}
	}
	text = strings.ReplaceAll(text, strings.SplitN(who, "/", 2)[0], "")
	for _, u := range slices.Concat(pools["user"], pools["stranger"]) {
		if strings.Contains(text, strings.SplitN(u, "/", 2)[0]) {
			s.t.Fatalf("%s learns %s: %s", who, u, raw)
		}
	}
}

// ordered: an entry is others, oneself, history, subject, and nothing before or between (R3). xep:0045#order
func (s *stage) ordered(ev Event, effects []Effect) {
	if ev.Stanza == nil || ev.Stanza.Kind != stanza.Presence || ev.Stanza.Type != "" || !ev.Stanza.Has(nsMUC, "x") {
		return
	}
	order := ""
	for _, e := range effects {
		if out, ok := e.(Send); ok && slices.Contains(out.To, ev.Stanza.From.Addr()) {
			order += s.letter(s.parse(out.Out.To(ev.Stanza.From.Addr())))
		}
	}
	if !entries.MatchString(order) {
		s.t.Fatalf("an entry in the order %s", order)
	}
}

// entries are the orders of an entry, of a change of nick, and of a refusal.
var entries = regexp.MustCompile(`^(p*U*PH*S[AF]*|Up*U*P(p*U*PH*S[AF]*)?|E)$`)

func (s *stage) letter(seen *seenStanza) string {
	switch {
	case seen.Type == "error":
		return "E"
	case seen.XMLName.Local == "presence" && seen.From == testRoom && seen.Photo != nil:
		return "A"
	case seen.XMLName.Local == "presence" && seen.Type == "unavailable":
		return "U"
	case seen.XMLName.Local == "presence" && seen.has("110"):
		return "P"
	case seen.XMLName.Local == "presence":
		return "p"
	case seen.Subject != nil && seen.Body == nil && len(seen.Delay) == 1:
		return "S"
	case seen.Type == "groupchat" && len(seen.Delay) > 0:
		return "H"
	case seen.XMLName.Local == "message" && seen.Form != nil: // what waits for an admin
		return "F"
	}
	return "?"
}

// sound: one nick has one owner, one session one occupant, rights are those of the lists, and an owner remains (R6, R7).
func (s *stage) sound() {
	for _, o := range s.room.occupants {
		for _, sees := range []bool{false, true} {
			kept, now := s.room.portray(o, sees), s.room.show(o, o.shown(), sees, false, &notice{})
			if !reflect.DeepEqual(kept, now) {
				s.t.Fatalf("a presence that is kept is out of date: %s", kept.To(""))
			}
		}
	}
	r := s.room
	if !r.exists {
		return
	}
	if len(r.with(Owner)) == 0 {
		s.t.Fatal("no owner is left")
	}
	count := 0
	for _, o := range r.occupants {
		s.soundOccupant(o)
		count += len(o.sessions)
	}
	if count != len(r.sessions) || len(r.occupants) != len(r.byNick) {
		s.t.Fatalf("%d sessions of %d, %d occupants of %d", count, len(r.sessions), len(r.occupants), len(r.byNick))
	}
	for _, q := range r.requests {
		if r.listed(q.JID) != None || !r.rec.Config.AllowRegistration {
			s.t.Fatalf("%s waits for nothing", q.JID)
		}
	}
	s.claimed()
	cached := r.views
	r.views = nil
	if cached != nil && !reflect.DeepEqual(sorted(cached), sorted(r.viewers())) {
		s.t.Fatal("the cached recipients are out of date")
	}
	r.views = cached // as it was: the twin has looked at nothing
}

// claimed: everybody's nicks are filed under their looks, and no two people have nicks that look alike.
func (s *stage) claimed() {
	want := claims{}
	for _, o := range s.room.occupants {
		if want.others(o.bare.String(), s.room.lookOf(o.Nick)) {
			s.t.Fatalf("%s looks like somebody else", o.Nick)
		}
		want.add(o.bare.String(), s.room.lookOf(o.Nick))
	}
	for _, a := range s.room.affils {
		want.add(a.JID, s.room.lookOf(a.Nick))
	}
	for _, h := range s.room.holds {
		want.add(h.JID, s.room.lookOf(h.Nick))
	}
	for key := range want {
		slices.Sort(want[key])
		if got := slices.Sorted(slices.Values(s.room.claims[key])); !slices.Equal(got, want[key]) {
			s.t.Fatalf("%q is claimed by %v, not by %v", key, got, want[key])
		}
	}
	if len(want) != len(s.room.claims) {
		s.t.Fatalf("claims of nobody: %v", s.room.claims)
	}
}

func sorted(v *views) [3][]stanza.Addr {
	return [3][]stanza.Addr{slices.Sorted(slices.Values(v.all)), slices.Sorted(slices.Values(v.seeing)), slices.Sorted(slices.Values(v.blind))}
}

func (s *stage) soundOccupant(o *Occupant) {
	r := s.room
	_, key, err := prepareNick(o.Nick)
	switch {
	case err != nil, key != o.key, r.byNick[key] != o, len(o.sessions) == 0:
		s.t.Fatalf("%s is not filed under his nick", o.Nick)
	case !o.local() && o.role > Participant:
		s.t.Fatalf("%s is %s, and on another node", o.Nick, o.role)
	case slices.ContainsFunc(o.sessions, func(x *Session) bool { return x.via != Here && s.settings.Hosts(x.jid.Domain) }):
		s.t.Fatalf("a peer speaks for %s, who is one of ours", o.Nick)
	case o.aff != r.standing(o), o.role < Visitor:
		s.t.Fatalf("%s is %s and %s", o.Nick, o.aff, o.role)
	case o.aff == Outcast, r.rec.Config.MembersOnly && o.aff < Member:
		s.t.Fatalf("%s must not be here", o.Nick)
	case o.aff >= Admin && o.role < Moderator && o.local() && !o.remote():
		s.t.Fatalf("%s is %s, but %s", o.Nick, o.aff, o.role)
	}
	if _, kept := r.keptNick(o.bare.String()); kept != "" && kept != o.key && o.local() {
		s.t.Fatalf("%s is not called by the nick that he has to use, %s", o.Nick, kept)
	}
	for _, x := range o.sessions {
		if x.o != o || r.sessions[x.identity()] != x || x.jid.Bare() != o.bare {
			s.t.Fatalf("%s is not filed under %s", x.jid, o.Nick)
		}
	}
}

// remote tells whether a session of the occupant is behind a link: then his role is no more than that node may give.
func (o *Occupant) remote() bool {
	return slices.ContainsFunc(o.sessions, func(s *Session) bool { return s.via != Here })
}

// believed: a client that believes what it is told knows who is here, as what, and how available.
func (s *stage) believed() {
	for c, b := range s.believers {
		x := s.room.session(stanza.MustJID(c))
		switch {
		case x == nil && b.in:
			s.t.Fatalf("%s believes to be in", c)
		case x != nil && !b.agrees(x.o.Nick, s.roster(x.o)):
			s.t.Fatalf("%s believes %v, but it is %v", c, *b, s.roster(x.o))
		}
	}
}

// hats are what an occupant wears.
func (s *stage) hats(o *Occupant) string {
	list := ""
	for _, h := range s.room.hats {
		if o.vouched && slices.Contains(h.Wearers, o.bare.String()) {
			list += h.URI + " "
		}
	}
	return list
}

// roster is who is to be seen by an occupant.
func (s *stage) roster(me *Occupant) map[string]sight {
	list := map[string]sight{}
	for _, o := range s.room.occupants {
		if o == me || s.room.broadcasts(o.role) {
			seen := s.parse(append(append([]byte("<p>"), s.room.says(o.shown())...), "</p>"...))
			is := sight{o.aff.String(), o.role.String(), seen.Show, seen.Status, s.hats(o), ""}
			if s.room.seesJIDs(me) {
				is.user = o.bare.String()
			}
			list[o.Nick] = is
		}
	}
	return list
}

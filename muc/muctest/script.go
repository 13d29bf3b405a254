// Package muctest runs text scripts: stanzas in, stanzas out. Output that a script does not read fails it.
//
//	# xep:0045#enter  Lines with # are comments; the first names the rule.
//	user alice alice@a.example/pc        names a client; further lines of a stanza are indented
//	set creation admins                  the service's settings, before the first stanza
//	@ +5m                                moves the clock
//	join alice Alice                     enters, and reads what comes of it
//	say alice m1 a few words             to all, and reads what comes of it
//	configure alice muc#roomconfig_membersonly=1
//	alice> <presence to='den@muc.example/Alice'><x xmlns='{muc}'/></presence>
//	alice< <presence from='den@muc.example/Alice'>…
//	alice< ...                           reads whatever else she was sent
//	end                                  the service ends, not to come back
//	show ids                             occupant-id and stanza-id are compared too
//
// In an expectation an attribute or a text of * is anything, <_/> is any element, <__/> are all that follow.
package muctest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

var update = flag.Bool("update", false, "rewrite the expectations of scripts with what came")

// World is what a script talks to. Now is the script's clock.
type World interface {
	Deliver(now time.Time, st *stanza.Stanza) []Out
	Wake(now time.Time) []Out // the clock has moved
}

// Mortal is a world that can end.
type Mortal interface {
	End(now time.Time) []Out
}

// Out is one stanza that left the world.
type Out struct {
	To  string
	XML []byte
}

// Start is when every script begins.
var Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Run runs every script of a folder against a world of its own.
func Run(t *testing.T, glob string, open func(t *testing.T, s *muc.Settings) World) {
	for name, file := range Scripts(t, glob) {
		t.Run(name, func(t *testing.T) { Play(t, file, open) })
	}
}

// Scripts are the scripts of a folder by name.
func Scripts(t *testing.T, glob string) map[string]string {
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts at %s: %v", glob, err)
	}
	list := map[string]string{}
	for _, f := range files {
		list[strings.TrimSuffix(filepath.Base(f), ".txt")] = f
	}
	return list
}

// Play runs one script.
func Play(t *testing.T, file string, open func(t *testing.T, s *muc.Settings) World) {
	text, err := os.ReadFile(file) // #nosec G304 -- a test reads its own scripts
	if err != nil {
		t.Fatal(err)
	}
	p := &play{t: t, file: file, settings: Defaults(), open: open, clients: map[string]*client{}, now: Start}
	p.run(string(text))
	if *update && p.changed {
		if err := os.WriteFile(file, []byte(strings.Join(p.written, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Defaults are the settings of a script that sets none.
func Defaults() *muc.Settings {
	return &muc.Settings{
		Service: "muc.example", Name: "Rooms", Creation: "open", MaxNick: 64, MaxVCard: 65536, Defaults: muc.DefaultConfig(),
		ShowSubject: true, InviteMembers: true,
		TombstoneLife: 31 * 24 * time.Hour, PingTimeout: 2 * time.Minute,
		Quarantine: 2 * time.Minute, LockTime: 5 * time.Minute,
		Link: muc.LinkConfig{
			JoinTimeout: 30 * time.Second, Retry: 30 * time.Second, PingTimeout: 20 * time.Second, Grace: time.Minute, EchoTimeout: 5 * time.Minute,
			Mode: muc.MasterMaster, Presence: muc.PresenceFull, Dialect: muc.DialectPlain, Transit: true,
		},
	}
}

type client struct {
	jid    string
	unread []string
}

type play struct {
	t        *testing.T
	file     string
	settings *muc.Settings
	open     func(*testing.T, *muc.Settings) World
	world    World
	clients  map[string]*client
	now      time.Time
	ids      bool
	line     int
	written  []string
	changed  bool
}

func (p *play) run(text string) {
	for _, s := range statements(text) {
		p.line = s.line
		p.step(s.text)
	}
	p.drained("at the end")
}

type statement struct {
	line int
	text string
}

// statements joins indented lines to the one before.
func statements(text string) []statement {
	var list []statement
	for i, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if len(list) > 0 && l != "" && (l[0] == ' ' || l[0] == '\t') {
			list[len(list)-1].text += "\n" + l
			continue
		}
		list = append(list, statement{i + 1, l})
	}
	return list
}

func (p *play) step(s string) {
	verb, rest, _ := strings.Cut(s, " ")
	expectation := false
	switch {
	case s == "" || s[0] == '#':
	case strings.HasSuffix(verb, ">"):
		p.drained("before the next stanza")
		p.input(strings.TrimSuffix(verb, ">"), rest)
	case strings.HasSuffix(verb, "<"):
		expectation = true
		p.expect(strings.TrimSuffix(verb, "<"), rest, s)
	default:
		p.directive(verb, rest)
	}
	if !expectation {
		p.written = append(p.written, s)
	}
}

func (p *play) directive(verb, rest string) {
	args := strings.Fields(rest)
	do, ok := directives[verb]
	if !ok {
		p.fatal("no such directive: %s", verb)
	}
	do(p, rest, args)
}

var directives = map[string]func(p *play, rest string, args []string){
	"user": func(p *play, _ string, a []string) { p.clients[a[0]] = &client{jid: a[1]} },
	"set":  func(p *play, _ string, a []string) { p.set(a[0], a[1:]) },
	"show": func(p *play, _ string, _ []string) { p.ids = true },
	"@": func(p *play, rest string, _ []string) {
		d, err := time.ParseDuration(strings.TrimPrefix(rest, "+"))
		if err != nil {
			p.fatal("%v", err)
		}
		p.now = p.now.Add(d)
		p.take(p.there().Wake(p.now))
	},
	"end": func(p *play, _ string, _ []string) {
		w, ok := p.there().(Mortal)
		if !ok {
			p.fatal("this world does not end")
		}
		p.drained("before the end")
		p.take(w.End(p.now))
	},
	"join": func(p *play, _ string, a []string) {
		room := "den@muc.example"
		if len(a) > 2 {
			room = a[2]
		}
		p.quietly(a[0], fmt.Sprintf("<presence to='%s/%s'><x xmlns='{muc}'/></presence>", room, a[1]))
	},
	"leave": func(p *play, _ string, a []string) {
		p.quietly(a[0], fmt.Sprintf("<presence type='unavailable' to='den@muc.example/%s'/>", a[1]))
	},
	"say": func(p *play, _ string, a []string) {
		p.quietly(a[0], fmt.Sprintf("<message type='groupchat' id='%s' to='den@muc.example'><body>%s</body></message>",
			a[1], strings.Join(a[2:], " ")))
	},
	"configure": func(p *play, rest string, a []string) {
		var b strings.Builder
		for _, f := range a[1:] {
			k, v, _ := strings.Cut(f, "=")
			fmt.Fprintf(&b, "<field var='%s'>", k)
			for _, one := range strings.Split(v, ",") {
				fmt.Fprintf(&b, "<value>%s</value>", one)
			}
			b.WriteString("</field>")
		}
		p.quietly(a[0], "<iq type='set' id='cfg' to='den@muc.example'><query xmlns='{owner}'><x xmlns='jabber:x:data' type='submit'>"+
			b.String()+"</x></query></iq>")
	},
	"affiliate": func(p *play, _ string, a []string) {
		p.quietly(a[0], fmt.Sprintf("<iq type='set' id='aff' to='den@muc.example'><query xmlns='{admin}'>"+
			"<item jid='%s' affiliation='%s'/></query></iq>", a[1], a[2]))
	},
}

var settings = map[string]func(s *muc.Settings, v []string){
	"creation":       func(s *muc.Settings, v []string) { s.Creation = v[0] },
	"local_domains":  func(s *muc.Settings, v []string) { s.LocalDomains = v },
	"admins":         func(s *muc.Settings, v []string) { s.Admins = v },
	"peers":          func(s *muc.Settings, v []string) { s.Peers = v },
	"bound":          func(s *muc.Settings, v []string) { bounds[v[0]](&s.Bounds, v[1]) },
	"max_stanza":     func(s *muc.Settings, v []string) { _, _ = fmt.Sscan(v[0], &s.MaxStanza) },
	"max_vcard":      func(s *muc.Settings, v []string) { _, _ = fmt.Sscan(v[0], &s.MaxVCard) },
	"service":        func(s *muc.Settings, v []string) { s.Service = v[0] },
	"reserved_nicks": func(s *muc.Settings, v []string) { s.Reserved, _ = muc.Reserve(v) },
	"link_ping":      func(s *muc.Settings, v []string) { s.Link.Ping, _ = time.ParseDuration(v[0]) },
	"link_grace":     func(s *muc.Settings, v []string) { s.Link.Grace, _ = time.ParseDuration(v[0]) },
	"link_dialect":   func(s *muc.Settings, v []string) { s.Link.Dialect = v[0] },
	"link_rate":      func(s *muc.Settings, v []string) { s.Link.Rate, _ = strconv.Atoi(v[0]) },
	"link_presence":  func(s *muc.Settings, v []string) { s.Link.Presence = v[0] },
	"link_users":     func(s *muc.Settings, v []string) { s.Link.Users = v },
	"link_transit":   func(s *muc.Settings, v []string) { _, _ = fmt.Sscan(v[0], &s.Link.Transit) },
	"link_mode":      func(s *muc.Settings, v []string) { s.Link.Mode = v[0] },
	"join": func(s *muc.Settings, v []string) {
		f := s.Federation[v[0]]
		f.Join = v[1]
		if s.Federation == nil {
			s.Federation = map[string]muc.Federation{}
		}
		s.Federation[v[0]] = f
	},
	"accept": func(s *muc.Settings, v []string) {
		f := s.Federation[v[0]]
		f.Accept = v[1:]
		if s.Federation == nil {
			s.Federation = map[string]muc.Federation{}
		}
		s.Federation[v[0]] = f
	},
}

func (p *play) set(key string, values []string) {
	if do, ok := settings[key]; ok {
		do(p.settings, values)
		return
	}
	if !setField(reflect.ValueOf(p.settings).Elem(), strings.ReplaceAll(key, "_", ""), values) {
		p.fatal("no such setting: %s", key)
	}
}

// setField sets a setting that is a list, a text, a number, a time, or true or false.
func setField(s reflect.Value, name string, values []string) bool {
	f := s.FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, name) })
	if !f.IsValid() {
		return false
	}
	switch v := f.Addr().Interface().(type) {
	case *[]string:
		*v = values
		return true
	case *string:
		*v = strings.Join(values, " ")
		return true
	case *time.Duration:
		d, err := time.ParseDuration(values[0])
		*v = d
		return err == nil
	}
	_, err := fmt.Sscan(values[0], f.Addr().Interface())
	return err == nil
}

func (p *play) there() World {
	if p.world == nil {
		p.world = p.open(p.t, p.settings)
	}
	return p.world
}

// quietly sends, checks that the world did not refuse, and reads everything that came of it.
func (p *play) quietly(who, xml string) {
	p.drained("before the next stanza")
	p.input(who, xml)
	for _, c := range p.clients {
		for _, x := range c.unread {
			if strings.Contains(x, "type='error'") {
				p.fatal("refused: %s", x)
			}
		}
		c.unread = nil
	}
}

func (p *play) input(who, xml string) {
	c := p.clients[who]
	if c == nil {
		p.fatal("no such user: %s", who)
	}
	st, err := stanza.Parse([]byte(flat(expand(xml))))
	if err != nil {
		p.fatal("the script's own stanza is broken: %v", err)
	}
	if st.From.IsZero() {
		st.From = stanza.MustJID(c.jid)
	}
	p.take(p.there().Deliver(p.now, st))
}

func (p *play) take(outs []Out) {
	for _, o := range outs {
		c := p.recipient(o.To)
		c.unread = append(c.unread, string(o.XML))
	}
}

// recipient is the client of an address: of exactly this one, else of its bare form; a stranger becomes a client.
func (p *play) recipient(to string) *client {
	bare, _, _ := strings.Cut(to, "/")
	for _, want := range []string{to, bare} {
		for _, c := range p.clients {
			if c.jid == want {
				return c
			}
		}
	}
	c := &client{jid: to}
	p.clients[to] = c
	return c
}

func (p *play) expect(who, want, whole string) {
	c := p.clients[who]
	if c == nil {
		p.fatal("no such user: %s", who)
	}
	if want == "..." {
		c.unread = nil
		p.written = append(p.written, whole)
		return
	}
	if len(c.unread) == 0 {
		if *update {
			p.changed = true
			return
		}
		p.fatal("%s was sent nothing, expected %s", who, want)
	}
	got := c.unread[0]
	c.unread = c.unread[1:]
	if diff := p.compare(want, got); diff != "" {
		if *update {
			p.changed = true
			p.written = append(p.written, who+"< "+p.shorten(got))
			return
		}
		p.fatal("%s\nexpected %s\n     got %s", diff, want, p.shorten(got))
	}
	p.written = append(p.written, whole)
}

// drained fails the script if somebody was sent what it has not read.
func (p *play) drained(when string) {
	for name, c := range p.clients {
		for _, x := range c.unread {
			if *update {
				p.changed = true
				p.written = append(p.written, name+"< "+p.shorten(x))
				continue
			}
			p.t.Errorf("%s:%d: %s %s has not been read:\n%s< %s", p.file, p.line, "unread", when, name, p.shorten(x))
		}
		c.unread = nil
	}
	if p.t.Failed() {
		p.t.FailNow()
	}
}

func (p *play) fatal(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf("%s:%d: %s", p.file, p.line, fmt.Sprintf(format, args...))
}

var short = []string{
	"{user}", "http://jabber.org/protocol/muc#user",
	"{admin}", "http://jabber.org/protocol/muc#admin",
	"{owner}", "http://jabber.org/protocol/muc#owner",
	"{muc}", "http://jabber.org/protocol/muc",
	"{info}", "http://jabber.org/protocol/disco#info",
	"{items}", "http://jabber.org/protocol/disco#items",
	"{stanzas}", "urn:ietf:params:xml:ns:xmpp-stanzas",
	"{fmuc}", "http://isode.com/protocol/fmuc",
	"{mam}", "urn:xmpp:mam:2",
	"{rsm}", "http://jabber.org/protocol/rsm",
}

func expand(s string) string {
	for i := 0; i < len(short); i += 2 {
		s = strings.ReplaceAll(s, short[i], short[i+1])
	}
	return s
}

func (p *play) shorten(s string) string {
	s = p.prune(s)
	for i := 0; i < len(short); i += 2 {
		s = strings.ReplaceAll(s, "'"+short[i+1]+"'", "'"+short[i]+"'")
	}
	return s
}

// flat undoes the line breaks of a script inside a stanza.
func flat(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "")
}

// bounds are set as "bound messages 2/1m": two at once, and one more each minute.
var bounds = map[string]func(b *muc.Bounds, v string){
	"stanzas":       func(b *muc.Bounds, v string) { b.Stanzas = rate(v) },
	"entries":       func(b *muc.Bounds, v string) { b.Entries = rate(v) },
	"messages":      func(b *muc.Bounds, v string) { b.Messages = rate(v) },
	"presences":     func(b *muc.Bounds, v string) { b.Presences = rate(v) },
	"invites":       func(b *muc.Bounds, v string) { b.Invites = rate(v) },
	"voice":         func(b *muc.Bounds, v string) { b.Voice = rate(v) },
	"registrations": func(b *muc.Bounds, v string) { b.Registrations = rate(v) },
	"room":          func(b *muc.Bounds, v string) { b.Room = rate(v) },
	"occupants":     func(b *muc.Bounds, v string) { _, _ = fmt.Sscan(v, &b.Occupants) },
	"rooms":         func(b *muc.Bounds, v string) { _, _ = fmt.Sscan(v, &b.Rooms) },
}

func rate(v string) muc.Rate {
	var r muc.Rate
	burst, every, _ := strings.Cut(v, "/")
	_, _ = fmt.Sscan(burst, &r.Burst)
	r.Every, _ = time.ParseDuration(every)
	return r
}

package component

import (
	"bytes"
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"isthmus/component/stanza"
)

const (
	nsInfo  = "http://jabber.org/protocol/disco#info"
	nsItems = "http://jabber.org/protocol/disco#items"
)

const (
	// lookAgain is how long a host without a multicast service is left alone. xep:0033#disco-caching
	lookAgain = time.Hour
	// mostServices is how many of the host's services are asked.
	mostServices = 50
)

// finder looks for the host's multicast service, and listens to it. It belongs to one connection and its reader.
// xep:0033#disco-multicast
type finder struct {
	*Component
	id    string          // of its questions
	asked map[string]bool // who was asked and has not answered
	found *service
	begun time.Time
}

func (c *Component) newFinder() *finder {
	f := &finder{Component: c, id: "find-" + rand.Text(), asked: map[string]bool{}}
	f.look()
	return f
}

// look begins to look, unless no service is wanted.
func (f *finder) look() {
	f.begun, f.found = time.Now(), nil
	switch m := f.Multicast; {
	case m.Users == "":
	case m.Service != "":
		f.ask(discoInfo, m.Service)
	default:
		f.ask(discoInfo, m.Users)
	}
}

func (f *finder) ask(question func(from, id string) stanza.Out, whom string) {
	f.asked[whom] = true
	f.Outbox.Enqueue("", question(f.Domain, f.id), []stanza.Addr{stanza.Addr(stanza.Escape(whom))})
}

func discoInfo(from, id string) stanza.Out  { return query(nsInfo, from, id) }
func discoItems(from, id string) stanza.Out { return query(nsItems, from, id) }

func query(space, from, id string) stanza.Out {
	var b stanza.Builder
	return stanza.Envelope{Kind: stanza.IQ, Type: "get", ID: id, From: from}.Render(b.Empty("query", "xmlns", space).Bytes())
}

// mine takes what is about multicast, and nobody else's business.
func (f *finder) mine(st *stanza.Stanza) bool {
	if f.Multicast.Users == "" {
		return false
	}
	service, from := f.Outbox.service(), st.From.String()
	if service == "" && time.Since(f.begun) > lookAgain {
		f.look()
	}
	switch {
	case st.Kind == stanza.IQ:
		return f.answered(from, st)
	case !st.IsError() || from != service:
		return false
	case f.Outbox.refused(st):
		f.Log.Warn().Str("service", from).Msg("the multicast service refuses a stanza; copies go one by one for an hour")
		f.begun = time.Now()
	}
	return true
}

// answered takes the answers to questions whose ids nobody else knows.
func (f *finder) answered(from string, st *stanza.Stanza) bool {
	if last, ok := f.Outbox.question(st.ID); ok {
		f.Outbox.landed(last, multicasts(st))
		return true
	}
	if st.ID != f.id {
		return false
	}
	if f.asked[from] {
		delete(f.asked, from)
		f.answer(from, st)
	}
	return true
}

// answer takes an answer to a question of ours. Whoever has answered without a feature is asked for its items.
func (f *finder) answer(from string, st *stanza.Stanza) {
	items := st.Child(nsItems, "query")
	switch {
	case f.found != nil:
	case multicasts(st):
		f.found = &service{
			addr: st.From.Addr(), from: f.Domain, users: f.Multicast.Users,
			limits: limitsOf(st.Child(nsInfo, "query")), size: f.Limits.orDefault().Stanza,
		}
		f.Log.Info().Str("service", from).Msg("copies go through the multicast service")
		f.Outbox.offer(f.found)
	case items != nil:
		f.askAll(items.Children())
	case from == f.Multicast.Users:
		f.ask(discoItems, from)
	}
}

// askAll asks the host's services. What is not the host's own gets nobody's address.
func (f *finder) askAll(items []stanza.Element) {
	for _, item := range items[:min(len(items), mostServices)] {
		if whom := item.Attr("jid"); strings.HasSuffix(whom, "."+f.Multicast.Users) && whom != f.Domain && !strings.Contains(whom, "@") {
			f.ask(discoInfo, whom)
		}
	}
}

// multicasts tells whether somebody says that he is a multicast service.
func multicasts(st *stanza.Stanza) bool {
	q := st.Child(nsInfo, "query")
	return st.Type == "result" && q != nil && bytes.Contains(q.Raw, []byte(nsAddress))
}

// limitsOf are the limits that a service names. XEP-0128
func limitsOf(info *stanza.Element) limits {
	l := defaultLimits
	for _, e := range info.Children() {
		form, err := stanza.ParseForm(&e)
		if err != nil || form.FormType() != nsAddress {
			continue
		}
		l.message = limitOf(form, "message", l.message)
		l.presence = limitOf(form, "presence", l.presence)
	}
	return l
}

func limitOf(form *stanza.Form, name string, otherwise int) int {
	value := form.Field(name).Value()
	if n, err := strconv.Atoi(value); err == nil && n >= 0 {
		return n
	}
	if value == "infinite" || value == "infinity" {
		return noLimit
	}
	return otherwise
}

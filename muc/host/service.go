package host

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"strconv"
	"strings"
	"sync"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/chatneg"
	"isthmus/component/stanza"
	"isthmus/storage"
)

// service answers for the address of the component itself. xep:0045#disco-service
type service struct {
	h      *Host
	turns  chan struct{} // look-ups in the database at a time
	places chan struct{} // and those that wait
	wg     sync.WaitGroup
}

const (
	nsInfo    = "http://jabber.org/protocol/disco#info"
	nsItems   = "http://jabber.org/protocol/disco#items"
	nsRSM     = "http://jabber.org/protocol/rsm"
	nsPing    = "urn:xmpp:ping"
	nsVersion = "jabber:iq:version"
	nsVCard   = "vcard-temp"
	nsUnique  = "http://jabber.org/protocol/muc#unique"

	pageSize = 100
)

var serviceFeatures = []string{
	"http://jabber.org/protocol/muc", "http://jabber.org/protocol/muc#stable_id", nsInfo, nsItems, nsRSM, nsPing, nsVersion, "urn:xmpp:occupant-id:0", "urn:xmpp:sid:0",
	nsUnique, nsCommands, chatneg.NSFeature, chatneg.NSTwoWay, chatneg.NSSession, // the rooms negotiate sessions
}

// serviceQueries are the IQs that the service answers.
var serviceQueries = map[xml.Name]struct {
	typ    string
	answer func(*service, *stanza.Stanza, *stanza.Element)
}{
	{Space: nsInfo, Local: "query"}:       {"get", (*service).info},
	{Space: nsItems, Local: "query"}:      {"get", (*service).items},
	{Space: nsPing, Local: "ping"}:        {"get", (*service).ping},
	{Space: nsVersion, Local: "query"}:    {"get", (*service).version},
	{Space: nsVCard, Local: "vCard"}:      {"get", (*service).vcard},
	{Space: nsUnique, Local: "unique"}:    {"get", (*service).unique},
	{Space: nsCommands, Local: "command"}: {"set", (*service).command},
}

func (v *service) take(ctx context.Context, st *stanza.Stanza) {
	switch {
	case st.IsError(), st.Kind == stanza.Presence, st.Kind == stanza.IQ && st.Type == "result":
		return
	case st.Kind == stanza.Message || st.To.Resource != "":
		v.h.reply(st, stanza.Fail(mellium.ServiceUnavailable))
		return
	case st.Type != "get" && st.Type != "set" || len(st.Children) != 1:
		v.h.reply(st, stanza.Fail(mellium.BadRequest).Because("An IQ has a type and exactly one child."))
		return
	}
	q := &st.Children[0]
	known, ok := serviceQueries[q.Name]
	switch {
	case !ok:
		v.h.reply(st, stanza.Fail(mellium.ServiceUnavailable))
	case st.Type != known.typ:
		v.h.reply(st, stanza.Fail(mellium.NotAllowed))
	default:
		known.answer(v, st, q)
	}
}

func (v *service) result(st *stanza.Stanza, payload []byte) {
	env := stanza.Envelope{Kind: stanza.IQ, Type: "result", ID: st.ID, From: st.To.String()}
	v.h.o.Out.Enqueue("", env.Render(payload), []stanza.Addr{st.From.Addr()})
}

func (v *service) ping(st *stanza.Stanza, _ *stanza.Element) { v.result(st, nil) }

func (v *service) version(st *stanza.Stanza, _ *stanza.Element) {
	var b stanza.Builder
	b.Start("query", "xmlns", nsVersion).Leaf("name", "isthmus").Leaf("version", v.h.o.Version).End()
	v.result(st, b.Bytes())
}

func (v *service) info(st *stanza.Stanza, q *stanza.Element) {
	if node := q.Attr("node"); node != "" {
		if !v.commandInfo(st, node) {
			v.h.reply(st, stanza.Fail(mellium.ItemNotFound))
		}
		return
	}
	var b stanza.Builder
	b.Start("query", "xmlns", nsInfo)
	b.Empty("identity", "category", "conference", "type", "text", "name", v.h.settings().Name)
	for _, f := range serviceFeatures {
		b.Empty("feature", "var", f)
	}
	if v.h.settings().MaxVCard > 0 {
		b.Empty("feature", "var", nsVCard) // of the rooms, not of the service. xep:0486#disco
	}
	v.result(st, b.End().Bytes())
}

// items lists the public rooms, a page at a time. It reads the database beside the reader, a few at a time.
// xep:0045#disco-rooms
func (v *service) items(st *stanza.Stanza, q *stanza.Element) {
	switch q.Attr("node") {
	case "":
		v.beside(st, func(ctx context.Context) { v.list(ctx, st, q.Child(nsRSM, "set")) })
	case nsCommands:
		v.commandItems(st)
	default:
		v.h.reply(st, stanza.Fail(mellium.ItemNotFound))
	}
}

// beside does what takes its time, a few at once; a good number wait for their turn.
func (v *service) beside(st *stanza.Stanza, do func(context.Context)) {
	select {
	case v.places <- struct{}{}:
	default:
		v.h.reply(st, errBusy)
		return
	}
	v.wg.Go(func() {
		defer func() { <-v.places }()
		v.turns <- struct{}{}
		defer func() { <-v.turns }()
		ctx, cancel := context.WithTimeout(context.Background(), graceTime)
		defer cancel()
		do(ctx)
	})
}

// vcard says who this is. XEP-0054
func (v *service) vcard(st *stanza.Stanza, _ *stanza.Element) {
	var b stanza.Builder
	v.result(st, b.Start("vCard", "xmlns", nsVCard).Leaf("FN", v.h.settings().Name).End().Bytes())
}

// unique answers with the name of a room that nobody has taken. XEP-0307
func (v *service) unique(st *stanza.Stanza, _ *stanza.Element) {
	var b stanza.Builder
	v.result(st, b.Leaf("unique", strings.ToLower(rand.Text()), "xmlns", nsUnique).Bytes())
}

func (v *service) list(ctx context.Context, st *stanza.Stanza, set *stanza.Element) {
	most := pageSize
	if n, err := strconv.Atoi(set.Child(nsRSM, "max").Text()); err == nil && n >= 0 && n < most {
		most = n
	}
	list, total, err := v.h.o.Store.Public(ctx, set.Child(nsRSM, "after").Text(), most)
	if err != nil {
		v.h.log.Error().Err(err).Msg("the list of rooms cannot be read")
		v.h.reply(st, errAway)
		return
	}
	v.result(st, page(list, total, set != nil || total > len(list)))
}

// page renders rooms, with where the page lies if that was asked or matters. xep:0059
func page(list []storage.Listed, total int, withSet bool) []byte {
	var b stanza.Builder
	b.Start("query", "xmlns", nsItems)
	for _, r := range list {
		name := r.Name
		if name == "" {
			name = stanza.MustJID(r.JID).Local
		}
		b.Empty("item", "jid", r.JID, "name", name)
	}
	if withSet {
		b.Start("set", "xmlns", nsRSM)
		if len(list) > 0 {
			b.Leaf("first", list[0].JID).Leaf("last", list[len(list)-1].JID)
		}
		b.Leaf("count", strconv.Itoa(total)).End()
	}
	return b.End().Bytes()
}

func (v *service) wait() { v.wg.Wait() }

package component

import (
	"testing"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
)

// Whatever the host, its service or somebody else says while copies are under way: nothing panics, and what is written are
// stanzas.
func FuzzService(f *testing.F) {
	for _, s := range []string{
		`<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='http://jabber.org/protocol/address'/></query></iq>`,
		`<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='http://jabber.org/protocol/address'/>` +
			`<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'><value>http://jabber.org/protocol/address</value></field>` +
			`<field var='message'><value>1</value></field><field var='presence'><value>infinite</value></field></x></query></iq>`,
		`<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'><item jid='other.host'/><item jid='x@other.host'/><item/></query></iq>`,
		`<iq type='error'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
		`<message type='error'><addresses xmlns='http://jabber.org/protocol/address'><address type='bcc' jid='a@host/1'/></addresses>` +
			`<error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
		`<presence type='error'/>`,
	} {
		f.Add([]byte(s), 2, 2)
	}
	f.Fuzz(func(t *testing.T, raw []byte, messages, presences int) {
		st, _ := stanza.Parse(raw)
		if st == nil {
			return
		}
		x := newExchange(t, limits{message: max(0, messages), presence: max(0, presences)})
		c := &Component{Domain: "muc", Outbox: x.o, Multicast: Multicast{Users: "host"}, Log: zerolog.Nop()}
		find := c.newFinder()
		for _, head := range []string{"<message from='den@muc' to='", "<presence from='den@muc' to='"} {
			x.o.Enqueue("den", stanza.Out{Head: []byte(head), Tail: []byte("'><body>x</body></" + head[1:len(head)-len(" from='den@muc' to='")] + ">")},
				[]stanza.Addr{"a@host/1", "b@host/2", "c@elsewhere/3"})
		}
		x.pump()
		ids := []string{st.ID, find.id}
		for _, waiting := range x.wait {
			ids = append(ids, waiting.ID)
		}
		for _, from := range []stanza.JID{st.From, {Domain: "host"}, {Domain: multicastHost}} {
			for _, id := range ids {
				said := *st
				said.From, said.ID = from, id
				find.mine(&said)
				x.pump()
			}
		}
		x.serve(len(x.wait))
		x.pump()
	})
}

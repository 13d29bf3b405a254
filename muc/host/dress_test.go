package host_test

import (
	"testing"
	"testing/synctest"

	"isthmus/storage/memory"
)

const (
	hatCommand = "<iq type='set' id='h' from='alice@a.example/pc' to='den@muc.example'>" +
		"<command xmlns='http://jabber.org/protocol/commands' node='urn:xmpp:hats:commands:"
	hatForm = "'><x xmlns='jabber:x:data' type='submit'><field var='hats#uri'><value>urn:example:hat</value></field>" +
		"<field var='hats#title'><value>Host</value></field><field var='hats#jid'><value>alice@a.example</value></field></x></command></iq>"
	cardOf = "<iq type='set' id='v' from='alice@a.example/pc' to='den@muc.example'><vCard xmlns='vcard-temp'>"
	photo  = "<PHOTO><BINVAL>AAAA</BINVAL></PHOTO>"
	getOf  = "<iq type='get' id='g' from='zoe@z.example/pc' to='den@muc.example'><vCard xmlns='vcard-temp'/></iq>"
)

// TestDressIsKept: hats and the picture outlive a restart, until they are taken away.
func TestDressIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		s := start(t, store)
		s.open()
		s.send(hatCommand + "create" + hatForm)
		s.has(s.send(hatCommand+"assign"+hatForm), "<hat ")
		s.has(s.send(cardOf+photo+"</vCard></iq>"), "<photo>")
		s.stop()

		s = start(t, store)
		got := s.enter("alice@a.example/pc", "Alice")
		s.has(got, "<hat title='Host' uri='urn:example:hat'/>")
		s.has(got, "<photo>29e2dcfbb16f63bb0254df7585a15bb6fb5e927d</photo>")
		s.has(s.send(getOf), photo)
		s.send(hatCommand + "destroy" + hatForm)
		s.send(cardOf + "</vCard></iq>")
		s.stop()

		s = start(t, store)
		got = s.enter("alice@a.example/pc", "Alice")
		s.lacks(got, "<hat")
		s.lacks(got, "<photo>")
		s.has(s.send(getOf), "item-not-found")
	})
}

// TestServiceNamesAvatars: clients look at the service for whether rooms have pictures. xep:0486#disco
func TestServiceNamesAvatars(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		got := s.send("<iq type='get' id='i' from='zoe@z.example/pc' to='muc.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
		s.has(got, "<feature var='vcard-temp'/>")
	})
}

package fmuc

import "encoding/xml"

const (
	nsFMUC       = "http://isode.com/protocol/fmuc"
	nsMUC        = "http://jabber.org/protocol/muc"
	nsUser       = "http://jabber.org/protocol/muc#user"
	nsDelay      = "urn:xmpp:delay"
	nsOldDelay   = "jabber:x:delay"
	nsSID        = "urn:xmpp:sid:0"
	nsOccupantID = "urn:xmpp:occupant-id:0"
	nsAddress    = "http://jabber.org/protocol/address"
	nsPing       = "urn:xmpp:ping"
	nsIsthmus    = "urn:isthmus:0"
	nsStanzas    = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsHints      = "urn:xmpp:hints"
)

func name(space, local string) xml.Name { return xml.Name{Space: space, Local: local} }

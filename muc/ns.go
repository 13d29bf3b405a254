package muc

import "encoding/xml"

const (
	nsMUC        = "http://jabber.org/protocol/muc"
	nsUser       = "http://jabber.org/protocol/muc#user"
	nsAdmin      = "http://jabber.org/protocol/muc#admin"
	nsOwner      = "http://jabber.org/protocol/muc#owner"
	nsRoomConfig = "http://jabber.org/protocol/muc#roomconfig"
	nsRoomInfo   = "http://jabber.org/protocol/muc#roominfo"
	nsStableID   = "http://jabber.org/protocol/muc#stable_id"
	nsSelfPing   = "http://jabber.org/protocol/muc#self-ping-optimization"
	nsTraffic    = "http://jabber.org/protocol/muc#traffic"
	nsItem       = "x-roomuser-item"
	nsRegister   = "jabber:iq:register"
	nsRegForm    = "http://jabber.org/protocol/muc#register"
	nsRequest    = "http://jabber.org/protocol/muc#request"
	nsInfo       = "http://jabber.org/protocol/disco#info"
	nsItems      = "http://jabber.org/protocol/disco#items"
	nsForm       = "jabber:x:data"
	nsStanzas    = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsPing       = "urn:xmpp:ping"
	nsVCard      = "vcard-temp"
	nsUpdate     = "vcard-temp:x:update"
	nsPubSub     = "http://jabber.org/protocol/pubsub"
	nsDelay      = "urn:xmpp:delay"
	nsOldDelay   = "jabber:x:delay"
	nsSID        = "urn:xmpp:sid:0"
	nsOccupantID = "urn:xmpp:occupant-id:0"
	nsMAM        = "urn:xmpp:mam:2"
	nsRSM        = "http://jabber.org/protocol/rsm"
	nsForward    = "urn:xmpp:forward:0"
	nsClient     = "jabber:client"
	nsHints      = "urn:xmpp:hints"
	nsHats       = "urn:xmpp:hats:0"
	nsHatCommand = "urn:xmpp:hats:commands"
	nsCommands   = "http://jabber.org/protocol/commands"
	nsInvite     = "jabber:x:conference"
	nsAddress    = "http://jabber.org/protocol/address"
	nsFMUC       = "http://isode.com/protocol/fmuc"
	nsIsthmus    = "urn:isthmus:0"
)

func name(space, local string) xml.Name { return xml.Name{Space: space, Local: local} }

// entryMark is what a presence error about an entry carries. xep:0045#enter-errorcodes
var entryMark = []byte("<x xmlns='" + nsMUC + "'/>")

package muc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// Errors that several use cases share, each with the XEP's condition and type.
var (
	noSuchRoom   = stanza.Fail(mellium.ItemNotFound).Because("There is no such room.")
	noSuchNick   = stanza.Fail(mellium.ItemNotFound).Because("Nobody in the room has this nick.")
	notInside    = stanza.Fail(mellium.NotAcceptable).Because("You are not in the room.")
	noNick       = stanza.Fail(mellium.JIDMalformed).Because("A nick is missing.")
	badNick      = stanza.Fail(mellium.JIDMalformed).Because("This cannot be a nick.")
	longNick     = stanza.Fail(mellium.NotAcceptable).Because("This nick is too long.")
	nickTaken    = stanza.Fail(mellium.Conflict).Because("Somebody else has this nick.")
	badName      = stanza.Fail(mellium.JIDMalformed).Because("This cannot be the name of a room.")
	badRequest   = stanza.Fail(mellium.BadRequest)
	forbidden    = stanza.Fail(mellium.Forbidden)
	notAllowed   = stanza.Fail(mellium.NotAllowed)
	lastOwner    = stanza.Fail(mellium.Conflict).Because("A room must keep an owner.")
	unsupported  = stanza.Fail(mellium.ServiceUnavailable)
	noSuchNode   = stanza.Fail(mellium.ItemNotFound)
	nobodysVoice = stanza.Fail(mellium.Forbidden).Because("Visitors may not speak here.")
)

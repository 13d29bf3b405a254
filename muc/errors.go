package muc

import (
	"regexp"
	"slices"

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
	noSuchNode   = stanza.Fail(mellium.ItemNotFound).Because("There is no such node.")
	tooLong      = stanza.Fail(mellium.ResourceConstraint).OfType(mellium.Cancel).Because("This is more than fits into one answer.")
	nobodysVoice = stanza.Fail(mellium.Forbidden).Because("Visitors may not speak here.")
)

// errorFor is the <error/> of an answer as it is passed on: whole to those who see real addresses, to others only what
// kind it is, because servers and clients put addresses into the rest (P8).
func (r *Room) errorFor(st *stanza.Stanza, reader *Session) []byte {
	e := st.Child("", "error")
	if e != nil && r.seesJIDs(reader.o) {
		return e.Raw
	}
	plain := stanza.Error{Type: mellium.Cancel, Condition: mellium.UndefinedCondition}
	if t := mellium.ErrorType(e.Attr("type")); slices.Contains(errorTypes, t) {
		plain.Type = t
	}
	for _, c := range e.Children() {
		if c.Name.Space == nsStanzas && c.Name.Local != "text" && conditionName.MatchString(c.Name.Local) {
			plain.Condition = mellium.Condition(c.Name.Local)
		}
	}
	return plain.Element()
}

var (
	errorTypes    = []mellium.ErrorType{mellium.Auth, mellium.Cancel, mellium.Continue, mellium.Modify, mellium.Wait}
	conditionName = regexp.MustCompile(`^[a-z-]{1,30}$`)
)

package fmuc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// unreachable says that nothing gets through to the peer's server.
var unreachable = map[string]bool{
	string(mellium.RemoteServerNotFound): true,
	string(mellium.RemoteServerTimeout):  true,
}

// fatal are the errors by which a peer, or a server on the way, says that what we sent was not taken: the link is no more,
// whatever we believe.
var fatal = map[string]bool{
	string(mellium.RemoteServerNotFound): true,
	string(mellium.RemoteServerTimeout):  true,
	string(mellium.RecipientUnavailable): true,
	string(mellium.ServiceUnavailable):   true,
	string(mellium.ResourceConstraint):   true,
	string(mellium.Gone):                 true,
	string(mellium.ItemNotFound):         true,
	string(mellium.Redirect):             true,
	string(mellium.InternalServerError):  true,
	string(mellium.Forbidden):            true,
	string(mellium.NotAllowed):           true,
	string(mellium.NotAuthorized):        true,
	string(mellium.NotAcceptable):        true,
	string(mellium.RegistrationRequired): true,
}

// bounced takes an error. A private message is the only one of ours that goes to one occupant, so its error comes from
// one; everything else was for the peer itself.
func (l *Link) bounced(st *stanza.Stanza) {
	if l.returned(st) || l.collided(st) || l.late(st) {
		return
	}
	why := condition(st)
	private := st.Kind == stanza.Message && !st.From.IsBare()
	end := fatal[why] || l.doing == joining
	if private {
		l.privateFailed(st)
		end = unreachable[why]
	}
	switch {
	case end && l.doing == leaving:
		l.rest()
	case end:
		l.wrong(Bounced, "Nothing gets through to the peer: "+why+".")
	case why == string(mellium.Conflict):
		l.note(Collision, "The peer has somebody else under a nick that is taken here.")
	default:
		l.note(Rejection, "The peer has refused a stanza: "+why+".")
	}
	if !private && !end {
		l.sent-- // it did not arrive
	}
}

// privateFailed brings the error of a private message back to its author. xep:0289#pm
func (l *Link) privateFailed(st *stanza.Stanza) {
	if !l.hears() || st.To.IsBare() {
		return
	}
	user, _ := l.called(st.From.Resource)
	var b stanza.Builder
	b.Raw(payloadOf(st)).Raw(st.Child("", "error").Standalone())
	l.tell(muc.Private{
		Person: muc.Person{JID: user, Nick: st.From.Resource, Affiliation: muc.None, Role: muc.Participant},
		To:     st.To.Resource, Type: st.Type, ID: st.ID, Lang: st.Lang, Payload: b.Bytes(),
	})
}

// longest is the length of the longest defined condition.
const longest = len("feature-not-implemented")

// condition is why a stanza came back, as the log shows it.
func condition(st *stanza.Stanza) string {
	for _, e := range st.Child("", "error").Children() {
		if e.Name.Space == nsStanzas && e.Name.Local != "text" && len(e.Name.Local) <= longest {
			return e.Name.Local
		}
	}
	return string(mellium.UndefinedCondition)
}

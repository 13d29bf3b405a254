package stanza

import (
	mellium "mellium.im/xmpp/stanza"
)

// Error is a stanza error that is the reply itself: checks return it, one place sends it.
type Error struct {
	Type      mellium.ErrorType
	Condition mellium.Condition
	Text      string // English, for people
	By        string // who says so, "" = left out
	Extra     []byte // application-specific child, raw
	Address   string // where to go instead, a URI: what gone and redirect hold
}

// Fail makes an error of this condition with the type that RFC 6120 section 8.3.3 gives it.
func Fail(c mellium.Condition) *Error { return &Error{Type: kindOf(c), Condition: c} }

// Because adds a text.
func (e *Error) Because(text string) *Error {
	c := *e
	c.Text = text
	return &c
}

// OfType changes the type.
func (e *Error) OfType(t mellium.ErrorType) *Error {
	c := *e
	c.Type = t
	return &c
}

// Error makes it an error; the text is for logs.
func (e *Error) Error() string {
	if e.Text == "" {
		return string(e.Condition)
	}
	return string(e.Condition) + ": " + e.Text
}

// Is matches errors of the same condition.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Condition == e.Condition
}

// nsStanzas is the namespace of error conditions and their text.
const nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"

// Element is the <error/> alone.
func (e *Error) Element() []byte {
	var b Builder
	b.Start("error", "type", string(e.Type), "by", e.By)
	b.Leaf(string(e.Condition), e.Address, "xmlns", nsStanzas)
	if e.Text != "" {
		b.Leaf("text", e.Text, "xmlns", nsStanzas, "xml:lang", "en")
	}
	return b.Raw(e.Extra).End().Bytes()
}

// Reply answers st with the error. It must not be called for a stanza that is an error itself.
func (e *Error) Reply(st *Stanza, payload ...[]byte) (Out, Addr) {
	var body []byte
	for _, p := range payload {
		body = append(body, p...)
	}
	body = append(body, e.Element()...)
	env := Envelope{Kind: st.Kind, Type: "error", ID: st.ID, From: st.To.String()}
	return env.Render(body), st.From.Addr()
}

// kindOf is the error type that RFC 6120 section 8.3.3 recommends for a condition.
func kindOf(c mellium.Condition) mellium.ErrorType {
	if t, ok := errorTypes[c]; ok {
		return t
	}
	return mellium.Cancel
}

var errorTypes = map[mellium.Condition]mellium.ErrorType{
	mellium.BadRequest:            mellium.Modify,
	mellium.Forbidden:             mellium.Auth,
	mellium.JIDMalformed:          mellium.Modify,
	mellium.NotAcceptable:         mellium.Modify,
	mellium.NotAuthorized:         mellium.Auth,
	mellium.PolicyViolation:       mellium.Modify,
	mellium.RecipientUnavailable:  mellium.Wait,
	mellium.Redirect:              mellium.Modify,
	mellium.RegistrationRequired:  mellium.Auth,
	mellium.RemoteServerTimeout:   mellium.Wait,
	mellium.ResourceConstraint:    mellium.Wait,
	mellium.SubscriptionRequired:  mellium.Auth,
	mellium.UnexpectedRequest:     mellium.Wait,
	mellium.InternalServerError:   mellium.Cancel,
	mellium.FeatureNotImplemented: mellium.Cancel,
}

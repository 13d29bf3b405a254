package component

import (
	"errors"
	"fmt"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/internal/xmltext"
	"isthmus/component/stanza"
)

// Why a stanza is bad, besides Parse's reasons; match with errors.Is.
var (
	ErrTooBig        = errors.New("too big")
	ErrTooDeep       = xmltext.ErrDepth
	ErrTooManyAttrs  = xmltext.ErrAttrs
	ErrNotWellFormed = xmltext.ErrSyntax
	ErrRestrictedXML = xmltext.ErrRestricted
)

// ErrFlood is the end of a connection whose host goes on with one broken stanza beyond Limits.Skip.
var ErrFlood = errors.New("component: a broken stanza without end")

// BadStanza is a stanza that broke a rule. It is the only one that fails: the stream goes on behind it.
type BadStanza struct {
	Reason error
	Head   *stanza.Stanza // its envelope as far as it could be read, without children; nil for nothing
}

func (b *BadStanza) Error() string { return fmt.Sprintf("component: bad stanza: %v", b.Reason) }

// Unwrap lets errors.Is see the reason.
func (b *BadStanza) Unwrap() error { return b.Reason }

// Reply is what the sender is told: the limits of RFC 6120 section 13.12 are policy, all else is a bad request.
func (b *BadStanza) Reply() *stanza.Error {
	for _, limit := range []error{ErrTooBig, ErrTooDeep, ErrTooManyAttrs} {
		if errors.Is(b.Reason, limit) {
			return stanza.Fail(mellium.PolicyViolation).Because("The stanza is " + limit.Error() + ".")
		}
	}
	if errors.Is(b.Reason, stanza.ErrTo) {
		return stanza.Fail(mellium.JIDMalformed)
	}
	return stanza.Fail(mellium.BadRequest)
}

func badStanza(reason error, raw []byte) *BadStanza {
	head, _ := stanza.ParseHead(raw)
	return &BadStanza{reason, head}
}

// StreamError is the host's last word before it closes the stream. RFC 6120 section 4.9
type StreamError struct {
	Condition string // such as conflict, host-unknown, not-authorized, system-shutdown
	Text      string
}

func (e *StreamError) Error() string {
	if e.Text == "" {
		return "component: stream error " + e.Condition
	}
	return "component: stream error " + e.Condition + ": " + e.Text
}

const (
	nsStream       = "http://etherx.jabber.org/streams"
	nsStreamErrors = "urn:ietf:params:xml:ns:xmpp-streams"
)

// streamError is what raw says if it is <stream:error/>; nil for any other element.
func streamError(raw []byte) error {
	tag, ok := xmltext.ReadTag(raw)
	if !ok {
		return nil
	}
	if _, local := xmltext.Cut(tag.Name); string(local) != "error" {
		return nil
	}
	e, err := stanza.ParseElement(raw)
	if err != nil || e.Name.Space != nsStream {
		return nil
	}
	out := &StreamError{Condition: "undefined-condition", Text: e.Child(nsStreamErrors, "text").Text()}
	for _, c := range e.Children() {
		if c.Name.Space == nsStreamErrors && c.Name.Local != "text" {
			out.Condition = c.Name.Local
			break
		}
	}
	return out
}

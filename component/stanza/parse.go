package stanza

import (
	"errors"
	"fmt"

	"isthmus/component/internal/xmltext"
)

// Why bytes are no stanza that can be handled; match with errors.Is.
var (
	ErrXML  = errors.New("stanza: not well-formed")
	ErrKind = errors.New("stanza: neither message, presence nor iq")
	ErrFrom = errors.New("stanza: malformed from")
	ErrTo   = errors.New("stanza: malformed to")
)

// Parse reads one whole stanza as the scanner framed it. The children share raw. Where an address is malformed (ErrFrom,
// ErrTo) the stanza is returned beside the error, that address zero, for an answer; with any other error it is nil.
func Parse(raw []byte) (*Stanza, error) {
	tag, ok := xmltext.ReadTag(raw)
	if !ok || !ends(raw, tag) {
		return nil, ErrXML
	}
	st, err := envelope(tag)
	if st == nil || tag.Empty {
		return st, err
	}
	in := (*scope)(nil).inside(tag)
	list, bad := elements(inner(raw, tag), in)
	if bad != nil {
		return nil, bad
	}
	for i := range list {
		list[i].Raw, list[i].scope = in.standalone(list[i].Raw), nil
	}
	st.Children = list
	return st, err
}

// ParseHead reads the envelope only, of a stanza that may be cut or broken behind its start tag. Its errors are Parse's.
func ParseHead(raw []byte) (*Stanza, error) {
	tag, ok := xmltext.ReadTag(raw)
	if !ok {
		return nil, ErrXML
	}
	return envelope(tag)
}

// ParseElement reads one element of our own, such as a stored payload.
func ParseElement(raw []byte) (Element, error) {
	list, err := ParseElements(raw)
	if err != nil {
		return Element{}, err
	}
	if len(list) != 1 {
		return Element{}, fmt.Errorf("%w: %d elements where one was expected", ErrXML, len(list))
	}
	return list[0], nil
}

// ParseElements reads a stored concatenation of elements. They share raw.
func ParseElements(raw []byte) ([]Element, error) { return elements(raw, nil) }

func envelope(tag xmltext.Tag) (*Stanza, error) {
	name, ok := (*scope)(nil).name(tag)
	st := &Stanza{Kind: kinds[name.Local]}
	if !ok || name.Space != "" || st.Kind == 0 {
		return nil, ErrKind
	}
	var err error
	var at xmltext.Attr
	for tag.Attrs.Next(&at) {
		switch string(at.Name) {
		case "type":
			st.Type = value(at.Value)
		case "id":
			st.ID = xmltext.Value(at.Value)
		case "xml:lang":
			st.Lang = value(at.Value)
		case "from":
			st.From, err = address(at, ErrFrom, err)
		case "to":
			st.To, err = address(at, ErrTo, err)
		}
	}
	if len(tag.Attrs.Rest()) > 0 {
		return nil, ErrXML
	}
	return st, err
}

// address reads one; ErrFrom is the graver error because it leaves nobody to answer.
func address(at xmltext.Attr, kind, before error) (JID, error) {
	j, err := ParseJID(xmltext.Value(at.Value))
	if err != nil && !errors.Is(before, ErrFrom) {
		before = fmt.Errorf("%w: %q", kind, at.Value)
	}
	return j, before
}

var kinds = map[string]Kind{"message": Message, "presence": Presence, "iq": IQ}

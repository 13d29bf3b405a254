package chatneg

import (
	"bytes"

	"isthmus/component/stanza"
)

// Narrow takes out of an offer or a request what a relay does not let its parties agree to; forbids says which values. Options
// are cut out of the bytes, so that everything else stays as it was written (N4). Where nothing is left of a field, the error
// names it.
func (m *Message) Narrow(forbids func(name, value string) bool) *Error {
	var empty []string
	raw := m.Feature
	for i := range m.Fields {
		f := &m.Fields[i]
		if !f.touched(forbids) {
			continue
		}
		kept := f.Options[:0:0]
		for _, o := range f.Options {
			if !forbids(f.Name, o.Value) {
				kept = append(kept, o)
			}
		}
		if len(kept) == 0 {
			empty = append(empty, f.Var)
			continue
		}
		raw = cutField(raw, f, forbids, m.Dialect)
		f.Options = kept
		if forbids(f.Name, f.Default) {
			f.Default = ""
		}
	}
	if len(empty) > 0 {
		return Unacceptable(m.Dialect, empty...)
	}
	m.Feature = raw
	return nil
}

// touched tells whether a field offers anything that is forbidden.
func (f *Field) touched(forbids func(name, value string) bool) bool {
	if f.Default != "" && forbids(f.Name, f.Default) {
		return true
	}
	for _, o := range f.Options {
		if forbids(f.Name, o.Value) {
			return true
		}
	}
	return false
}

// cutField cuts what is forbidden out of a field. One without options of its own says in its value what it offers: a boolean
// that may be but one thing says that.
func cutField(feature []byte, f *Field, forbids func(name, value string) bool, d Dialect) []byte {
	el, err := stanza.ParseElement(feature)
	if err != nil {
		return feature
	}
	list := el.Children()
	for _, c := range list[0].Children() {
		if c.Name.Local != "field" || c.Attr("var") != f.Var {
			continue
		}
		was := c.Raw
		now := was
		for _, part := range c.Children() {
			value := part.Text()
			if part.Name.Local == "option" {
				value = part.Child(nsForm, "value").Text()
			} else if part.Name.Local != "value" {
				continue
			}
			if forbids(f.Name, read(d, f.Name, value)) {
				now = bytes.Replace(now, part.Raw, nil, 1)
			}
		}
		return bytes.Replace(feature, was, now, 1)
	}
	return feature
}

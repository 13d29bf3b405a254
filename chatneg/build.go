package chatneg

import (
	"maps"
	"slices"

	"isthmus/component/stanza"
)

// shape is how a kind is written: the form's type, the field that steers it and its value.
func (s *Session) shape(k Kind) (form, field, value string) {
	for at, kind := range kinds[s.Dialect] {
		if kind != k || k == Offer && !at.value {
			continue
		}
		if at.field == "continue" {
			return at.form, at.field, ""
		}
		return at.form, at.field, map[bool]string{true: "1", false: "0"}[at.value]
	}
	return "", "", ""
}

// Write is a message of this session: the thread and the form. The values are this package's. xep:0155#new-accept
func (s *Session) Write(k Kind, resource, reason string, values Params) []byte {
	typ, steer, value := s.shape(k)
	f := stanza.Form{Type: typ, Fields: []stanza.Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{s.FormType}}}}
	add := func(name, value string) {
		f.Fields = append(f.Fields, stanza.Field{Var: name, Values: []string{value}})
	}
	if steer == "continue" {
		value = resource
	}
	if steer != "" {
		add(steer, value)
	}
	for _, name := range s.order(values) {
		add(s.spelt(name, values[name]))
	}
	if reason != "" {
		add("reason", reason)
	}
	return Wrap(s.Thread, &f)
}

// Wrap puts a form into <feature/> behind its thread.
func Wrap(thread string, f *stanza.Form) []byte {
	var b stanza.Builder
	b.Leaf("thread", thread)
	b.Start("feature", "xmlns", NSFeature)
	f.Append(&b)
	return b.End().Bytes()
}

// order is that of the form that is answered, then of names.
func (s *Session) order(values Params) []string {
	var list []string
	for _, f := range s.Asked {
		if _, ok := values[f.Name]; ok {
			list = append(list, f.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// spelt is a parameter as the one wrote it who asked for it.
func (s *Session) spelt(name, value string) (field, raw string) {
	for i := range s.Asked {
		f := &s.Asked[i]
		if f.Name != name {
			continue
		}
		if o := f.option(value); o != nil {
			return f.Var, o.Raw
		}
		return f.Var, value
	}
	return Spell(s.Dialect, name), respell(s.Dialect, name, value)
}

// respell writes a value as a dialect does.
func respell(d Dialect, name, value string) string {
	if d != TwoWay {
		return value
	}
	for _, p := range parameters {
		for _, old := range []string{"true", "false"} {
			if p.name == name && p.values[old] == value {
				return old
			}
		}
	}
	return value
}

// Refusal answers a message that was refused: its thread, what was said, and why. by is who refuses, "" for the party itself.
// The form comes back where the XEP's examples show it: in version 1.2, and where nobody knows which version it is.
func (m *Message) Refusal(e *Error, by string) []byte {
	var b stanza.Builder
	if m.Thread != "" {
		b.Leaf("thread", m.Thread)
	}
	if m.Dialect != TwoWay {
		b.Raw(m.Feature)
	}
	return b.Raw(e.Element(m.Dialect, by)).Bytes()
}

// Relayed is an error as it goes to the other party of its session.
func (s *Session) Relayed(e *Error, by string) []byte {
	var b stanza.Builder
	return b.Leaf("thread", s.Thread).Raw(e.Element(s.Dialect, by)).Bytes()
}

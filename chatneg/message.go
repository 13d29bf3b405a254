package chatneg

import (
	"slices"
	"strings"

	"isthmus/component/stanza"
)

// Message is one message of a negotiation.
type Message struct {
	Kind       Kind
	Dialect    Dialect
	FormType   string
	Thread, ID string
	Fields     []Field // what an offer or a request is about
	Values     Params  // what an answer chooses
	Resource   string  // where a session moves to
	Reason     string
	Failure    *Error // of Failure
	Feature    []byte // <feature/> as it came, nil for none
}

// Field is one parameter of a form as it is offered.
type Field struct {
	Name     string // as this package calls it
	Var      string // as its sender does
	Default  string
	Options  []Option
	Free     bool // any text will do
	Required bool
}

// Option is one value that may be chosen.
type Option struct {
	Value string // as this package writes it
	Raw   string // as the sender does
}

// Read takes the negotiation out of a message to one party; nil without an error where there is none. With an error, the
// message holds as much as is needed to answer. The checks come in the order of chatneg's own table, the cheapest first.
func Read(st *stanza.Stanza) (*Message, *Error) {
	m := &Message{Thread: st.Child("", "thread").Text(), ID: st.ID}
	if st.IsError() {
		m.Kind, m.Failure = Failure, failure(st)
		return m, nil
	}
	feature := st.Child(NSFeature, "feature")
	if feature == nil {
		return nil, nil
	}
	if len(feature.Raw) > MaxForm || len(m.Thread) > MaxThread {
		m.Thread = ""
		return m, tooLarge.Because("This form, or its thread, is too long.")
	}
	m.Feature = feature.Raw
	if err := envelope(st, m); err != nil {
		return m, err
	}
	form, err := theForm(feature)
	if err != nil {
		return m, err
	}
	return m, m.take(form)
}

// envelope checks what is around the form. xep:0155#new-initiate
func envelope(st *stanza.Stanza, m *Message) *Error {
	features, threads := 0, 0
	for _, c := range st.Children {
		switch {
		case c.Name.Local == "body" && c.Name.Space == "":
			return badRequest.Because("A message that negotiates a session has no body.")
		case c.Name.Space == NSFeature:
			features++
		case c.Name.Local == "thread" && c.Name.Space == "":
			threads++
		}
	}
	switch {
	case m.Thread == "" || threads != 1:
		return badRequest.Because("A message that negotiates a session has exactly one thread.")
	case features != 1:
		return badRequest.Because("A message negotiates one session at a time.")
	}
	return nil
}

// theForm is the only form in <feature/>, of a size that can be worked with.
func theForm(feature *stanza.Element) (*stanza.Form, *Error) {
	list := feature.Children()
	if len(list) != 1 {
		return nil, badRequest.Because("A negotiation holds exactly one form.")
	}
	form, err := stanza.ParseForm(&list[0])
	if err != nil {
		return nil, badRequest.Because("A negotiation holds a data form.")
	}
	if len(form.Fields) > MaxFields {
		return nil, tooLarge.Because("This form has too many fields.")
	}
	seen := map[string]bool{}
	for _, f := range form.Fields {
		if f.Var == "" || seen[f.Var] {
			return nil, badRequest.Because("Each field of a form has a name of its own.")
		}
		if seen[f.Var] = true; len(f.Options) > MaxOptions || len(f.Values) > MaxOptions {
			return nil, tooLarge.Because("A field of this form has too many options.")
		}
	}
	return form, nil
}

// take reads a form. Which dialect it speaks, its FORM_TYPE says.
func (m *Message) take(form *stanza.Form) *Error {
	m.FormType = form.FormType()
	m.Dialect = dialects[m.FormType]
	if m.Dialect == 0 {
		return unsupported
	}
	k, err := steer(m.Dialect, form)
	if err != nil {
		return err
	}
	m.Kind, m.Resource, m.Reason = k, form.Field("continue").Value(), form.Field("reason").Text()
	for _, f := range form.Fields {
		if f.Var != "FORM_TYPE" && f.Var != "reason" && !slices.Contains(steering, f.Var) {
			m.param(form.Type, f)
		}
	}
	return nil
}

func (m *Message) param(form string, f stanza.Field) {
	if form == "form" {
		m.Fields = append(m.Fields, offered(m.Dialect, f))
		return
	}
	if m.Values == nil {
		m.Values = Params{}
	}
	name := named(m.Dialect, f.Var)
	m.Values[name] = read(m.Dialect, name, f.Value())
}

// steer tells what a form is by its type and the one field that steers it.
func steer(d Dialect, form *stanza.Form) (Kind, *Error) {
	at := mark{form.Type, "", true}
	for _, name := range steering {
		f := form.Field(name)
		if f == nil {
			continue
		}
		if at.field != "" {
			return 0, badRequest.Because("A form cannot say both " + at.field + " and " + name + ".")
		}
		at.field = name
		if name == "continue" {
			continue
		}
		v, err := f.Bool()
		if err != nil {
			return 0, badRequest.Because("The field " + name + " is neither true nor false.")
		}
		at.value = v
	}
	if form.Field("continue") != nil && form.Field("continue").Value() == "" {
		return 0, badRequest.Because("A session continues somewhere.")
	}
	k, ok := kinds[d][at]
	if !ok {
		return 0, badRequest.Because("A form of this kind negotiates nothing.")
	}
	return k, nil
}

// offered reads one field of a form.
func offered(d Dialect, f stanza.Field) Field {
	name := named(d, f.Var)
	p := Field{Name: name, Var: f.Var, Required: f.Required, Default: read(d, name, f.Value())}
	switch {
	case f.Type == "boolean":
		p.Options = []Option{{read(d, name, "true"), "true"}, {read(d, name, "false"), "false"}}
		if len(f.Values) == 0 {
			p.Default = read(d, name, "false")
		}
	case len(f.Options) > 0:
		for _, o := range f.Options {
			p.Options = append(p.Options, Option{read(d, name, o.Value), o.Value})
		}
	case strings.HasPrefix(f.Type, "text-") || len(f.Values) == 0:
		p.Free = true
	default:
		p.Options = []Option{{p.Default, f.Value()}}
	}
	return p
}

// option is what was offered under this value; nil if nothing was.
func (f *Field) option(value string) *Option {
	for i := range f.Options {
		if f.Options[i].Value == value {
			return &f.Options[i]
		}
	}
	return nil
}

// outside are the fields of an answer that are none to what was asked: values nobody offered, required ones that are missing.
func outside(asked []Field, values Params) []string {
	var bad []string
	left := values.with(nil)
	for i := range asked {
		f := &asked[i]
		v, ok := left[f.Name]
		delete(left, f.Name)
		switch {
		case !ok && !f.Required:
		case !ok, !f.Free && f.option(v) == nil, len(v) > maxValue:
			bad = append(bad, f.Var)
		}
	}
	names := make([]string, 0, len(left))
	for name := range left {
		names = append(names, strings.TrimPrefix(name, "unknown "))
	}
	slices.Sort(names)
	return append(bad, names...)
}

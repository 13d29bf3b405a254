package stanza

import (
	"errors"
	"fmt"
	"strings"
)

// nsForm is the namespace of data forms. xep:0004
const nsForm = "jabber:x:data"

// ErrForm is the error of an element that is no data form, or of a field that does not hold what it should.
var ErrForm = errors.New("stanza: not a data form")

// Form is a data form. xep:0004#protocol
type Form struct {
	Type         string // form, submit, cancel, result
	Title        string
	Instructions string
	Fields       []Field
}

// Field is one field of a form. xep:0004#protocol-field
type Field struct {
	Var, Type, Label string
	Values           []string
	Options          []Option
	Required         bool
	Extra            []byte // further children, raw: desc, media, validation
}

// Option is one choice of a list. xep:0004#protocol-field
type Option struct{ Label, Value string }

// ParseForm reads <x xmlns='jabber:x:data'/>. It is liberal: types may be missing or unknown, and what it does not know it
// keeps or passes over. ErrForm only where e is no form at all, such as nil.
func ParseForm(e *Element) (*Form, error) {
	if e == nil || e.Name.Space != nsForm || e.Name.Local != "x" {
		return nil, ErrForm
	}
	f := &Form{Type: e.Attr("type")}
	var instructions []string
	for _, c := range e.Children() {
		if c.Name.Space != nsForm {
			continue
		}
		switch c.Name.Local {
		case "title":
			f.Title = c.Text()
		case "instructions":
			instructions = append(instructions, c.Text())
		case "field":
			f.Fields = append(f.Fields, parseField(&c))
		}
	}
	f.Instructions = strings.Join(instructions, "\n")
	return f, nil
}

func parseField(e *Element) Field {
	f := Field{Var: e.Attr("var"), Type: e.Attr("type"), Label: e.Attr("label")}
	for _, c := range e.Children() {
		read, ok := fieldParts[c.Name.Local]
		if !ok || c.Name.Space != nsForm {
			f.Extra = append(f.Extra, c.enclosed()...)
			continue
		}
		read(&f, &c)
	}
	return f
}

var fieldParts = map[string]func(*Field, *Element){
	"value":    func(f *Field, e *Element) { f.Values = append(f.Values, e.Text()) },
	"required": func(f *Field, e *Element) { f.Required = true },
	"option": func(f *Field, e *Element) {
		f.Options = append(f.Options, Option{e.Attr("label"), e.Child(nsForm, "value").Text()})
	},
}

// Append writes the form.
func (f *Form) Append(b *Builder) {
	b.Start("x", "xmlns", nsForm, "type", f.Type)
	if f.Title != "" {
		b.Leaf("title", f.Title)
	}
	if f.Instructions != "" {
		b.Leaf("instructions", f.Instructions)
	}
	for i := range f.Fields {
		f.Fields[i].append(b)
	}
	b.End()
}

func (f *Field) append(b *Builder) {
	b.Start("field", "var", f.Var, "type", f.Type, "label", f.Label)
	b.Raw(f.Extra)
	if f.Required {
		b.Empty("required")
	}
	for _, v := range f.lines() {
		b.Leaf("value", v)
	}
	for _, o := range f.Options {
		b.Start("option", "label", o.Label).Leaf("value", o.Value).End()
	}
	b.End()
}

// lines are the values as they are written: those of text-multi may not hold line ends. xep:0004#protocol-fieldtypes
func (f *Field) lines() []string {
	if f.Type != "text-multi" {
		return f.Values
	}
	var list []string
	for _, v := range f.Values {
		list = append(list, strings.Split(v, "\n")...)
	}
	return list
}

// Field is the first field of this name; nil if there is none.
func (f *Form) Field(name string) *Field {
	if f == nil {
		return nil
	}
	for i := range f.Fields {
		if f.Fields[i].Var == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// FormType is the value of the hidden field FORM_TYPE. xep:0068
func (f *Form) FormType() string { return f.Field("FORM_TYPE").Value() }

// Value is the first value; "" if there is none or f is nil.
func (f *Field) Value() string {
	if f == nil || len(f.Values) == 0 {
		return ""
	}
	return f.Values[0]
}

// Text is all values as lines, for text-multi.
func (f *Field) Text() string {
	if f == nil {
		return ""
	}
	return strings.Join(f.Values, "\n")
}

// Bool is the value of a boolean field: 1, true, 0 or false. A field without a value is false; ErrForm for any other
// value and for nil. xep:0004#protocol-fieldtypes
func (f *Field) Bool() (bool, error) {
	if f == nil {
		return false, fmt.Errorf("%w: no such field", ErrForm)
	}
	v, ok := booleans[strings.TrimSpace(f.Value())]
	if !ok {
		return false, fmt.Errorf("%w: %s is neither true nor false", ErrForm, f.Var)
	}
	return v, nil
}

var booleans = map[string]bool{"1": true, "true": true, "0": false, "false": false, "": false}

package chatneg

import "isthmus/component/stanza"

// Offers answers which of the fields that somebody asks about can be negotiated, and to which values; nil if one of them
// cannot. xep:0020#protocol-query
func Offers(asked *stanza.Form, can Can) *stanza.Form {
	d := dialects[asked.FormType()]
	if d == 0 {
		d = ThreeWay
	}
	if d == ThreeWay && asked.Field("otr") != nil {
		d = TwoWay
	}
	typ := map[Dialect]string{TwoWay: NSTwoWay, ThreeWay: NSSession}[d]
	f := &stanza.Form{Type: "result", Fields: []stanza.Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{typ}}}}
	for _, field := range asked.Fields {
		if field.Var == "FORM_TYPE" {
			continue
		}
		name := named(d, field.Var)
		if can[name] == nil {
			return nil
		}
		p := stanza.Field{Var: field.Var, Type: "list-single"}
		for _, v := range values[name] {
			if can[name](v) {
				p.Options = append(p.Options, stanza.Option{Value: respell(d, name, v)})
			}
		}
		if len(p.Options) == 0 {
			p.Type = "text-single"
		}
		f.Fields = append(f.Fields, p)
	}
	if len(f.Fields) == 1 {
		return nil
	}
	return f
}

// values are those that are known of a parameter.
var values = map[string][]string{
	Logging: {May, MustNot}, ChatStates: {May, MustNot}, XHTML: {May, MustNot}, Presence: {May, MustNot},
	Disclosure: {"never", "disabled", "enabled"}, Multisession: {"false", "true"}, Security: {"none", "c2s", "e2e"},
	Language: {"en"},
}

package chatneg

import (
	"slices"
	"strings"
)

// Names of the parameters as this package calls them: those of version 1.2. xep:0155#parameters
const (
	Logging      = "logging"
	Disclosure   = "disclosure"
	ChatStates   = nsStates
	XHTML        = nsXHTML
	Language     = "language"
	Multisession = "multisession"
	Presence     = "presence" // in the text of the XEP, never registered
	Security     = "security"
)

// Values of most parameters.
const (
	May     = "may"
	MustNot = "mustnot"
)

// parameter is one that the XEP defines: how version 0.9 spells its name ("" = does not know it) and its values, and which
// value restricts what the parties do.
type parameter struct {
	name, old string
	values    map[string]string // of version 0.9 to those of 1.2
	restricts string
}

var parameters = []parameter{
	{name: Logging, old: "otr", values: disabled, restricts: MustNot},
	{name: ChatStates, old: nsStates, values: enabled, restricts: MustNot},
	{name: XHTML, old: nsXHTML, values: enabled, restricts: MustNot},
	{name: Presence, restricts: MustNot},
	{name: Disclosure, restricts: "never"},
	{name: Multisession, restricts: "false"},
	{name: Security, old: Security},
	{name: Language, old: Language},
}

var disabled = map[string]string{"true": MustNot, "1": MustNot, "false": May, "0": May}

var enabled = map[string]string{"true": May, "1": May, "false": MustNot, "0": MustNot}

// Own names a parameter of this project. xep:0068#approach-fieldnames
func Own(name string) string { return "{urn:isthmus:0}" + name }

// named is how this package calls a field of a form.
func named(d Dialect, field string) string {
	for _, p := range parameters {
		if d == TwoWay && p.old == field {
			return p.name
		}
		if d == TwoWay && p.name == field {
			return "unknown " + field // a name that only the other dialect has
		}
	}
	return field
}

// Spell is how a dialect writes the name of a parameter.
func Spell(d Dialect, name string) string {
	if i := slices.IndexFunc(parameters, func(p parameter) bool { return p.name == name }); i >= 0 && d == TwoWay {
		return parameters[i].old
	}
	return strings.TrimPrefix(name, "unknown ")
}

// read is the value of a parameter as this package calls it.
func read(d Dialect, name, value string) string {
	value = strings.TrimSpace(value)
	for _, p := range parameters {
		if p.name != name {
			continue
		}
		if v, ok := p.values[value]; ok && d == TwoWay {
			return v
		}
	}
	if v, ok := truths[value]; ok && name == Multisession {
		return v
	}
	return value
}

var truths = map[string]string{"1": "true", "true": "true", "0": "false", "false": "false"}

// restriction is the value by which a parameter holds the parties back, "" where none does.
func restriction(name string) string {
	for _, p := range parameters {
		if p.name == name {
			return p.restricts
		}
	}
	return ""
}

// Params are parameters and their values.
type Params map[string]string

// with is p with others laid over it; neither is changed.
func (p Params) with(q Params) Params {
	all := make(Params, len(p)+len(q))
	for _, from := range []Params{p, q} {
		for k, v := range from {
			all[k] = v
		}
	}
	return all
}

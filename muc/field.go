package muc

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"isthmus/component/stanza"
)

// field is one option of a room as the owner's form shows it.
type field struct {
	name, typ, label string   // of no type: understood, but not offered
	also             []string // what other services call it, without prefix
	options          []stanza.Option
	extra            []byte // further children, raw: validation
	get              func(*Room) []string
	set              func(d *draft, value string, all []string) bool // false: no such value
}

// called gives a field the names that it has elsewhere.
func (f field) called(names ...string) field {
	f.also = names
	return f
}

// reading makes a choice understand what other services say instead of its values.
func (f field) reading(values map[string]string) field {
	set := f.set
	f.set = func(d *draft, v string, all []string) bool { return set(d, cmp.Or(values[v], v), all) }
	return f
}

// plain is a field's name without what services put in front of it. xep:0045#registrar-formtype-owner
func plain(name string) string {
	if _, rest, ok := strings.Cut(name, "}"); ok && name[0] == '{' {
		name = rest
	}
	for _, prefix := range []string{"muc#", "roomconfig_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}

// FieldNames are the fields of the owner's form, without prefixes.
func FieldNames() []string {
	var names []string
	for _, f := range features {
		for _, o := range f.fields {
			if o.typ != "" {
				names = append(names, plain(o.name))
			}
		}
	}
	return names
}

// draft is a configuration on its way to becoming the room's.
type draft struct {
	Config
	was            Config
	owners, admins []string // bare JIDs; nil = not mentioned
}

// as is what the room would be with the draft: good for nothing but to read its form.
func (d *draft) as(r *Room) *Room {
	p := &Room{settings: r.settings, rec: Record{Config: d.Config}, affils: maps.Clone(r.affils)}
	for _, c := range r.listChanges(d) {
		p.affils[c.jid] = AffiliationRecord{JID: c.jid, Affiliation: c.aff.String()}
	}
	return p
}

func flag(name, label string, at func(*Config) *bool) field {
	return field{
		name: name, typ: "boolean", label: label,
		get: func(r *Room) []string { return []string{bit(*at(&r.rec.Config))} },
		set: func(d *draft, v string, _ []string) bool {
			on, ok := booleans[v]
			*at(&d.Config) = on
			return ok
		},
	}
}

var booleans = map[string]bool{"0": false, "1": true, "false": false, "true": true}

func text(name, label string, limit int, at func(*Config) *string) field {
	return field{
		name: name, typ: "text-single", label: label,
		get: func(r *Room) []string { return []string{*at(&r.rec.Config)} },
		set: func(d *draft, v string, _ []string) bool {
			*at(&d.Config) = v
			return utf8.RuneCountInString(v) <= limit
		},
	}
}

// matching holds a text to a pattern.
func matching(pattern string, f field) field {
	re, set := regexp.MustCompile(pattern), f.set
	f.set = func(d *draft, v string, all []string) bool { return re.MatchString(v) && set(d, v, all) }
	return f
}

func secret(name, label string, limit int, at func(*Config) *string) field {
	f := text(name, label, limit, at)
	f.typ = "text-private"
	return f
}

// number is a count; "none" and "" are no limit, 0.
func number(name, label string, low, high int, at func(*Config) *int, options ...stanza.Option) field {
	for i, o := range options {
		options[i].Label = cmp.Or(o.Label, o.Value) // some clients show nothing else
	}
	f := field{
		name: name, typ: "text-single", label: label, options: options,
		get: func(r *Room) []string {
			n := *at(&r.rec.Config)
			if n == 0 && len(options) > 0 {
				return []string{"none"}
			}
			return []string{itoa(n)}
		},
		set: func(d *draft, v string, _ []string) bool {
			if v == "none" || v == "" {
				*at(&d.Config) = 0
				return true
			}
			n, err := strconv.Atoi(v)
			*at(&d.Config) = n
			return err == nil && n >= low && n <= high
		},
	}
	if len(options) > 0 {
		f.typ = "list-single"
	}
	return f
}

func choice(name, label string, at func(*Config) *string, options ...stanza.Option) field {
	return field{
		name: name, typ: "list-single", label: label, options: options,
		get: func(r *Room) []string { return []string{*at(&r.rec.Config)} },
		set: func(d *draft, v string, _ []string) bool {
			*at(&d.Config) = v
			return slices.ContainsFunc(options, func(o stanza.Option) bool { return o.Value == v })
		},
	}
}

var roleOptions = []stanza.Option{
	{Label: "Moderators", Value: "moderator"}, {Label: "Participants", Value: "participant"}, {Label: "Visitors", Value: "visitor"},
}

// roles is a set of roles, in the order of its options.
func roles(name, label string, at func(*Config) *[]string, more ...stanza.Option) field {
	options := slices.Concat(roleOptions, more)
	return field{
		name: name, typ: "list-multi", label: label, options: options,
		get: func(r *Room) []string { return *at(&r.rec.Config) },
		set: func(d *draft, _ string, all []string) bool {
			var list []string
			for _, o := range options {
				if slices.Contains(all, o.Value) {
					list = append(list, o.Value)
				}
			}
			if was := at(&d.Config); !slices.Equal(*was, list) {
				*was = list
			}
			return !slices.ContainsFunc(all, func(v string) bool {
				return !slices.ContainsFunc(options, func(o stanza.Option) bool { return o.Value == v })
			})
		},
	}
}

// Understands tells whether a field of the form takes these values.
func Understands(name string, values ...string) bool {
	f := fieldNamed(name)
	return f != nil && f.set(&draft{}, append(values, "")[0], values)
}

// fieldNamed finds a field of the form by its name, or one that it has elsewhere, with or without prefix.
func fieldNamed(name string) *field {
	name = plain(name)
	for _, f := range features {
		for i := range f.fields {
			if plain(f.fields[i].name) == name || slices.Contains(f.fields[i].also, name) {
				return &f.fields[i]
			}
		}
	}
	return nil
}

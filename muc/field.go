package muc

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"isthmus/component/stanza"
)

// field is one option of a room as the owner's form shows it.
type field struct {
	name, typ, label string
	options          []stanza.Option
	extra            []byte // further children, raw: validation
	get              func(*Room) []string
	set              func(d *draft, value string, all []string) bool // false: no such value
}

// draft is a configuration on its way to becoming the room's.
type draft struct {
	Config
	owners, admins []string // bare JIDs; nil = not mentioned
}

func flag(name, label string, at func(*Config) *bool) field {
	return field{
		name: name, typ: "boolean", label: label,
		get: func(r *Room) []string { return []string{bit(*at(&r.rec.Config))} },
		set: func(d *draft, v string, _ []string) bool {
			*at(&d.Config) = v == "1" || v == "true"
			return slices.Contains([]string{"0", "1", "true", "false"}, v)
		},
	}
}

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

func roles(name, label string, at func(*Config) *[]string) field {
	return field{
		name: name, typ: "list-multi", label: label, options: roleOptions,
		get: func(r *Room) []string { return *at(&r.rec.Config) },
		set: func(d *draft, _ string, all []string) bool {
			*at(&d.Config) = slices.Clone(all)
			return !slices.ContainsFunc(all, func(v string) bool {
				return !slices.ContainsFunc(roleOptions, func(o stanza.Option) bool { return o.Value == v })
			})
		},
	}
}

// fieldNamed finds a field of the form.
func fieldNamed(name string) *field {
	for _, f := range features {
		for i := range f.fields {
			if f.fields[i].name == name {
				return &f.fields[i]
			}
		}
	}
	return nil
}

package config

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Secret is a text that is not for the log: however it is printed, it is three dots (C2).
type Secret string

const hidden = "..."

// Format implements fmt.Formatter, for every verb.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// MarshalText implements encoding.TextMarshaler, for JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal is the text itself.
func (s Secret) Reveal() string { return string(s) }

// Hide returns text, which may be an error of the database's or the stream's, less the secrets of this configuration.
func (c Config) Hide(text string) string {
	pairs := []string{}
	for _, s := range c.secrets() {
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), strings.Trim(strconv.Quote(s), `"`)} {
			pairs = append(pairs, form, hidden)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// shortest is the length from which a secret is looked for in a text: a shorter one is in half of all words.
const shortest = 4

// secrets are what must not be printed.
func (c Config) secrets() (list []string) {
	add := func(s string) {
		if len(s) >= shortest {
			list = append(list, s)
		}
	}
	add(c.Component.Secret.Reveal())
	add(c.Rooms.Defaults.Password.Reveal())
	if c.Storage.Kind() != Postgres {
		return list
	}
	add(c.Storage.URL.Reveal())
	u, err := url.Parse(c.Storage.URL.Reveal())
	if err != nil {
		return list
	}
	if password, ok := u.User.Password(); ok {
		add(password)
	}
	add(u.Query().Get("password"))
	return list
}

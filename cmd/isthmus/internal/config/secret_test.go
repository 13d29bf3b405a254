package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// C2: whatever is wrong with the secret or the database's address, what is said of it does not tell it.
func TestC2SecretsStayOutOfMistakes(t *testing.T) {
	const password = "hunter2secret"
	for _, value := range []string{
		`"PW"x`, `"PW`, `'PW`, `PW"`, `PW`, `"\PW"`, `"PW\x"`, `["PW"]`, `["PW`, `{ x = "PW" }`, `"PW" "PW"`, `"PW" = 1`, "\nPW", "\"\nPW\"",
		"\"\"\"\nPW\"", `1PW`, `truePW`, `-PW`, `2024-01-01PW`, `0xPW`, `"PW" # x` + "\x00", "[\n\"PW\",\nPW]", `"PW".x`, `"PW\u12"`,
		`"postgres://u:PW@db:port/x"`, `"postgres://u:PW%zz@db/x"`, `"postgres://u:PW`, `postgres://u:PW@db/x`,
		`"mysql://u:PW@db/x"`, `"postgres://u:PW@[::1/x"`, `"postgres://u@db/x?password=PW&x=%zz`,
	} {
		for _, format := range []string{
			"[component]\ndomain = 'a'\nsecret = %s\n", "[component]\ndomain = 'a'\nsecret %s\n", "component.domain = 'a'\ncomponent.secret: %s\n",
			"[component]\ndomain = 'a'\nsecret = 'b'\n[storage]\nurl = %s\n", "[component]\ndomain = 'a'\nsecret_file = %s\n",
			"component = { domain = 'a', secret = %s }\n", "storage = { url = %s }\n", "[component]\n\"secret\" = %s\nserver = 1\n",
			"[component]\ndomain = 'a'\nsecret = ''\nsecret=%s\n", "storage = %s\n",
			"[component]\ndomain = 'a'\nsecret = 'b'\n[rooms.defaults]\nroomsecret = %s\n",
		} {
			text := fmt.Sprintf(format, strings.ReplaceAll(value, "PW", password))
			c, err := parse("f", text)
			if err != nil && strings.Contains(strings.ToLower(err.Error()), password) {
				t.Errorf("%s\n=> %s", text, err)
			}
			if out := printed(c); strings.Contains(out, password) {
				t.Errorf("%s\n=> %s", text, out)
			}
		}
	}
}

func TestC2SecretsAreNotPrinted(t *testing.T) {
	c := Config{Component: Component{Secret: "hunter2"}, Storage: Storage{URL: "postgres://u:hunter2@db/x"}}
	c.Rooms.Defaults.Password = "hunter2"
	out, err := json.Marshal(c)
	text := string(out) + printed(c)
	if err != nil || strings.Contains(text, "hunter2") || strings.Contains(text, "68756e") {
		t.Errorf("%v, %s", err, text)
	}
}

// printed is a configuration in every way that fmt knows.
func printed(c Config) (out string) {
	for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %t") {
		out += fmt.Sprintf(verb, c) + fmt.Sprintf(verb, &c)
	}
	return out
}

func TestHide(t *testing.T) {
	c := Config{
		Component: Component{Secret: `a"bc`},
		Storage:   Storage{URL: "postgres://u:p%2Fw%20d@db/x?password=other"},
	}
	err := errors.New(`no: a"bc "a\"bc" p/w d p%2Fw%20d p%2Fw+d other postgres://u:p%2Fw%20d@db/x?password=other end`)
	if got, want := c.Hide(err.Error()), `no: ... "..." ... ... ... ... ... end`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := (Config{Component: Component{Secret: "s"}}).Hide("the host's"); got != "the host's" {
		t.Errorf("a secret of one letter hides words: %s", got)
	}
	if got := (Config{Storage: Storage{URL: Embedded}}).Hide("embedded"); got != "embedded" {
		t.Errorf("got %s", got)
	}
}

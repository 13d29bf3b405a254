package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Whatever a file has in it: nothing panics, mistakes are sentences with a place, and what is private does not show.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"[component]\ndomain = 'rooms.denmark.lit'\nsecret = 'elsinore'\nserver = '127.0.0.1:5347'\n",
		"[component]\nsecret = elsinore\n",
		"[storage]\nurl = 'postgres://hamlet:elsinore@/isthmus'\n[rooms.defaults]\nroomsecret = ['elsinore']\n",
		"[limits]\nstanzas = '200/s, 2000 at once'\nroom = 'off'\n[federation]\npeers = ['*']\n[[federation.room]]\nroom = 'a'\njoin = 'b@c'\nrate = '2400 bit/s'\n",
		"a = [[[[[]]]]]\n[a]\nb.c.d = 1979-05-27T07:32:00Z\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("isthmus.toml", text)
		var list Mistakes
		if err != nil && (!errors.As(err, &list) || len(list) == 0) {
			t.Fatalf("%T: %v", err, err)
		}
		for _, m := range list {
			if strings.TrimSpace(m.Text) == "" {
				t.Errorf("a mistake without a word: %+v", m)
			}
		}
		if secret := c.Component.Secret.Reveal(); len(secret) > 20 && strings.Contains(fmt.Sprintf("%v %+v %#v", c, c, c), secret) {
			t.Errorf("the secret shows")
		}
		if shown := c.Hide(c.Component.Secret.Reveal()); len(c.Component.Secret) >= shortest && strings.Contains(shown, c.Component.Secret.Reveal()) {
			t.Errorf("the secret %q is not hidden: %q", c.Component.Secret.Reveal(), shown)
		}
	})
}

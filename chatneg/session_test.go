package chatneg_test

import (
	"strings"
	"testing"

	"isthmus/chatneg"
	"isthmus/component/stanza"
)

func message(t *testing.T, form string) *chatneg.Message {
	t.Helper()
	st, err := stanza.Parse([]byte("<message from='romeo@montague.net/orchard' to='juliet@capulet.com'><thread>t</thread>" +
		"<feature xmlns='http://jabber.org/protocol/feature-neg'><x xmlns='jabber:x:data' type='form'>" + form + "</x></feature></message>"))
	if err != nil {
		t.Fatal(err)
	}
	m, refused := chatneg.Read(st)
	if refused != nil {
		t.Fatal(refused)
	}
	return m
}

const (
	old     = "<field var='FORM_TYPE'><value>http://jabber.org/protocol/chatneg</value></field><field var='accept' type='boolean'/>"
	current = "<field var='FORM_TYPE'><value>urn:xmpp:ssn</value></field><field var='accept' type='boolean'/>"
)

// TestChoose: what is chosen of an offer, and which error names what in which dialect.
func TestChoose(t *testing.T) {
	can := chatneg.Can{chatneg.Logging: chatneg.One(chatneg.May), chatneg.Security: chatneg.One("none", "c2s")}
	option := func(values ...string) string {
		return "<option><value>" + strings.Join(values, "</value></option><option><value>") + "</value></option>"
	}
	for _, c := range []struct{ form, want string }{
		{old + "<field var='otr'><value>true</value>" + option("true", "false") + "</field>", "logging=may"},
		{old + "<field var='otr' type='boolean'><value>1</value></field>", "logging=may"},
		{old + "<field var='otr'><value>true</value>" + option("true") + "</field>", "not-acceptable otr"},
		{old + "<field var='logging'><value>may</value></field>", ""},
		{old + "<field var='logging'><value>may</value><required/></field>", "feature-not-implemented logging"},
		{current + "<field var='logging'><value>mustnot</value>" + option("mustnot") + "</field>", ""},
		{current + "<field var='logging'><required/>" + option("mustnot") + "</field>", "not-acceptable logging"},
		{current + "<field var='security'><value>c2s</value>" + option("e2e", "none", "c2s") + "</field>", "security=c2s"},
		{current + "<field var='security'><value>e2e</value>" + option("e2e", "none", "c2s") + "</field>", "security=none"},
		{current + "<field var='otr'><required/><value>1</value></field>", "feature-not-implemented otr"},
		{current + "<field var='{urn:example}mood'><value>1</value></field>", ""},
	} {
		m := message(t, c.form)
		got, err := chatneg.Choose(m, can)
		var list []string
		for k, v := range got {
			list = append(list, k+"="+v)
		}
		text := strings.Join(list, " ")
		if err != nil {
			text = err.Error()
		}
		if text != c.want {
			t.Errorf("%s: %q instead of %q", c.form, text, c.want)
		}
	}
}

// TestNarrow: N4. Only what is forbidden is cut out; where nothing is left, the field is named as its sender did.
func TestNarrow(t *testing.T) {
	never := func(name, value string) bool { return name == chatneg.Logging && value == chatneg.MustNot }
	const (
		may = "<option label='Log'><value>may</value></option>"
		not = "<option label='Do not'><value>mustnot</value></option>"
	)
	for _, c := range []struct{ form, want string }{
		{current + "<field var='logging'><value>mustnot</value>" + not + may + "<required/></field><title>x</title>",
			current + "<field var='logging'>" + may + "<required/></field><title>x</title>"},
		{current + "<field var='logging'><value>may</value>" + may + not + "</field>",
			current + "<field var='logging'><value>may</value>" + may + "</field>"},
		{current + "<field var='security'><value>mustnot</value>" + not + "</field>", "the same"},
		{current + "<field var='logging'><value>mustnot</value></field>", "not-acceptable logging"},
		{old + "<field var='otr'><value>true</value><option><value>true</value></option></field>", "not-acceptable otr"},
	} {
		m := message(t, c.form)
		want := c.want
		if want == "the same" {
			want = c.form
		}
		if err := m.Narrow(never); err != nil {
			if err.Error() != want {
				t.Errorf("%s: %v", c.form, err)
			}
			continue
		}
		if !strings.Contains(string(m.Feature), "type='form'>"+want+"</x>") {
			t.Errorf("%s\nbecame %s", c.form, m.Feature)
		}
	}
}

// TestErrors: which fields are to blame stands in the text in the one dialect, in elements in the other, never the other way.
func TestErrors(t *testing.T) {
	e := chatneg.Unimplemented("otr", "security")
	for d, want := range map[chatneg.Dialect]string{
		chatneg.TwoWay:   "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>otr,security</text>",
		chatneg.ThreeWay: "<feature xmlns='http://jabber.org/protocol/feature-neg'><field var='otr'/><field var='security'/></feature>",
	} {
		got := string(e.Element(d, ""))
		if !strings.Contains(got, want+"</error>") || strings.Contains(got, "<text") != (d == chatneg.TwoWay) {
			t.Errorf("%s: %s", d, got)
		}
	}
}

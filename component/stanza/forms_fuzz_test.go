package stanza

import (
	"bytes"
	"reflect"
	"testing"

	"isthmus/component/internal/xmltext"
)

// A form that was read can be written, and reads the same again.
func FuzzForm(f *testing.F) {
	seeds := []string{
		`<x xmlns='jabber:x:data' type='submit'><field var='m' type='text-multi'><value>a` + "\n" + `</value><value/></field></x>`,
		`<x xmlns='jabber:x:data'><title>T</title><field><desc/><required/><option label='1'><value>2</value></option></field></x>`,
		`<x xmlns='jabber:x:data'><field var='b' type='boolean'><value>true</value></field><reported/><item/></x>`,
		`<d:x xmlns:d='jabber:x:data'><d:field var='&lt;'><e/><d:value>&#13;` + "\r\n" + `<![CDATA[ x ]]></d:value></d:field></d:x>`,
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		e, err := ParseElement([]byte(raw))
		if err != nil {
			return
		}
		form, err := ParseForm(&e)
		if err != nil {
			return
		}
		for _, field := range form.Fields {
			form.Field(field.Var).Bool()
		}
		check := xmltext.Checker{MaxDepth: 1 << 10, MaxAttrs: 1 << 10}
		if check.Check([]byte(raw)) != nil {
			return
		}
		out, again := rewrite(t, form)
		if err := check.Check(out); err != nil {
			t.Fatalf("%q becomes %q: %v", raw, out, err)
		}
		if _, twice := rewrite(t, again); !reflect.DeepEqual(again, twice) {
			t.Errorf("%q: %+v, then %+v", raw, again, twice)
		}
		if !same(form, again) {
			t.Errorf("%q: read %+v, written and read again %+v", raw, form, again)
		}
	})
}

func rewrite(t *testing.T, form *Form) ([]byte, *Form) {
	t.Helper()
	var b Builder
	form.Append(&b)
	out := b.Bytes()
	e, err := ParseElement(out)
	if err != nil {
		t.Fatalf("%+v becomes %q: %v", form, out, err)
	}
	again, err := ParseForm(&e)
	if err != nil {
		t.Fatalf("%+v becomes %q: %v", form, out, err)
	}
	return out, again
}

// same compares forms but for where lines are cut.
func same(a, b *Form) bool {
	if a.Type != b.Type || a.Title != b.Title || a.Instructions != b.Instructions || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i, f := range a.Fields {
		g := b.Fields[i]
		if f.Var != g.Var || f.Type != g.Type || f.Text() != g.Text() || !bytes.Equal(f.Extra, g.Extra) {
			return false
		}
	}
	return true
}

package stanza

import (
	"errors"
	"reflect"
	"testing"
)

func parseForm(t *testing.T, raw string) *Form {
	t.Helper()
	e, err := ParseElement([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseForm(&e)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestForm(t *testing.T) {
	f := parseForm(t, `<x xmlns='jabber:x:data' type='form'><title>T</title><instructions>I</instructions>
		<instructions>J</instructions><foo xmlns='bar'/>
		<field var='FORM_TYPE' type='hidden'><value>urn:t</value></field>
		<field var='b' type='boolean' label='B&amp;'><desc>d</desc><required/><value>true</value></field>
		<field var='l' type='list-single'><option label='One'><value>1</value></option><option><value/></option></field>
		<field var='m' type='text-multi'><value>a</value><value/></field><field/></x>`)
	if f.Type != "form" || f.Title != "T" || f.Instructions != "I\nJ" || f.FormType() != "urn:t" || len(f.Fields) != 5 {
		t.Fatalf("got %+v", f)
	}
	want := Field{Var: "b", Type: "boolean", Label: "B&", Values: []string{"true"}, Required: true,
		Extra: []byte(`<desc xmlns='jabber:x:data'>d</desc>`)}
	if got := *f.Field("b"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := f.Field("l").Options; !reflect.DeepEqual(got, []Option{{"One", "1"}, {}}) {
		t.Errorf("options %+v", got)
	}
	if got := f.Field("m").Text(); got != "a\n" {
		t.Errorf("text %q", got)
	}
	var b Builder
	f.Append(&b)
	if again := parseForm(t, string(b.Bytes())); !reflect.DeepEqual(again, f) {
		t.Errorf("written and read again: %+v", again)
	}
}

func TestFormWritesLines(t *testing.T) {
	f := &Form{Type: "submit", Fields: []Field{{Var: "m", Type: "text-multi", Values: []string{"a\n\nb\n"}}}}
	var b Builder
	f.Append(&b)
	if got := parseForm(t, string(b.Bytes())).Field("m"); len(got.Values) != 4 || got.Text() != "a\n\nb\n" {
		t.Errorf("got %q", got.Values)
	}
}

func TestFormBool(t *testing.T) {
	tests := []struct {
		values []string
		want   bool
		err    error
	}{
		{[]string{"1"}, true, nil},
		{[]string{" true\n"}, true, nil},
		{[]string{"0"}, false, nil},
		{[]string{"false"}, false, nil},
		{nil, false, nil},
		{[]string{"yes"}, false, ErrForm},
	}
	for _, test := range tests {
		got, err := (&Field{Values: test.values}).Bool()
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%q: got %v, %v", test.values, got, err)
		}
	}
	if _, err := (&Form{}).Field("x").Bool(); !errors.Is(err, ErrForm) {
		t.Errorf("no field: %v", err)
	}
}

func TestParseFormRefuses(t *testing.T) {
	other, _ := ParseElement([]byte(`<x xmlns='jabber:x:oob'/>`))
	for _, e := range []*Element{nil, &other} {
		if _, err := ParseForm(e); !errors.Is(err, ErrForm) {
			t.Errorf("%v: got %v", e, err)
		}
	}
}

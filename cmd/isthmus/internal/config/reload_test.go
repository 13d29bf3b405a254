package config

import (
	"reflect"
	"slices"
	"testing"
)

// What was opened or made by a key keeps it: everything about the stream, the database and the doors, except what is only said.
func TestAfterKeepsWhatCannotChange(t *testing.T) {
	free := []string{"component.name", "component.secret_file", "log.level"}
	for _, table := range []string{"component", "storage", "admin", "log"} {
		v := fieldNamed(reflect.ValueOf(Config{}), table)
		for _, name := range keys(v.Type()) {
			key := table + "." + name
			if slices.Contains(lasting, key) == slices.Contains(free, key) {
				t.Errorf("%s has to be one that lasts, or one that may change", key)
			}
		}
	}
	old := Default()
	old.Component.Secret, old.Component.Domain = "first", "rooms.denmark.lit"
	next := old
	next.Component.Secret, next.Component.Name, next.Log.Level, next.Storage.URL = "second", "Halls", "debug", "memory:"
	next.Federation.Peers = []string{"rooms.wonderland.lit"}
	got, kept := next.After(old)
	if !slices.Equal(kept, []string{"component.secret", "storage.url"}) {
		t.Errorf("kept %v", kept)
	}
	want := next
	want.Component.Secret, want.Storage.URL = "first", Embedded
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if _, kept := got.After(old); kept != nil {
		t.Errorf("the same file keeps %v", kept)
	}
}

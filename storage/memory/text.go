package memory

import (
	"errors"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"isthmus/storage"
)

var errText = errors.New("text with a NUL byte or that is not UTF-8")

// refuseText refuses the text that Postgres refuses, so that what a test stores here can be stored there too.
// Bytes ([]byte) are free.
func refuseText(change storage.Change) error {
	if change == nil || textual(reflect.ValueOf(change)) {
		return nil
	}
	return errText
}

var instants = reflect.TypeFor[time.Time]()

func textual(v reflect.Value) bool {
	if v.Type() == instants {
		return true
	}
	switch v.Kind() {
	case reflect.String:
		return utf8.ValidString(v.String()) && !strings.ContainsRune(v.String(), 0)
	case reflect.Pointer:
		return v.IsNil() || textual(v.Elem())
	case reflect.Struct:
		for _, f := range v.Fields() {
			if !textual(f) {
				return false
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.String {
			return true
		}
		for i := range v.Len() {
			if !textual(v.Index(i)) {
				return false
			}
		}
	}
	return true
}

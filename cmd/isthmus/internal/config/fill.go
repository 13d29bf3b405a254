package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setters put a value of the file into a field of their type; false if it is of another kind. The map's text says what
// is wanted instead. The values themselves are never part of a mistake: some are secret (C2).
var setters = map[reflect.Type]setter{
	reflect.TypeFor[string]():        {"a text in quotes", set[string]},
	reflect.TypeFor[Secret]():        {"a text in quotes", set[string]},
	reflect.TypeFor[Rate]():          {"a text in quotes", set[string]},
	reflect.TypeFor[Span]():          {`a time such as "30s" or "5m"`, set[string]},
	reflect.TypeFor[int]():           {"a whole number", set[int64]},
	reflect.TypeFor[Pace]():          {"a text in quotes", set[string]},
	reflect.TypeFor[bool]():          {"true or false", set[bool]},
	reflect.TypeFor[*bool]():         {"true or false", setFlag},
	reflect.TypeFor[[]string]():      {"a list of texts in quotes", setTexts},
	reflect.TypeFor[time.Duration](): {`a time such as "30s" or "5m"`, setDuration},
}

type setter struct {
	wanted string
	set    func(in any, out reflect.Value) bool
}

func set[T any](in any, out reflect.Value) bool {
	v, ok := in.(T)
	if ok {
		out.Set(reflect.ValueOf(v).Convert(out.Type()))
	}
	return ok
}

// setFlag sets what may also be unsaid.
func setFlag(in any, out reflect.Value) bool {
	v, ok := in.(bool)
	out.Set(reflect.ValueOf(&v))
	return ok
}

func setTexts(in any, out reflect.Value) bool {
	list, ok := in.([]any)
	texts := make([]string, len(list))
	for i, v := range list {
		text, isText := v.(string)
		texts[i], ok = text, ok && isText
	}
	if ok && len(texts) > 0 {
		out.Set(reflect.ValueOf(texts))
	} else if ok {
		out.SetZero() // an empty list is nil, as in Default
	}
	return ok
}

func setDuration(in any, out reflect.Value) bool {
	text, ok := in.(string)
	d, err := time.ParseDuration(text)
	out.SetInt(int64(d))
	return ok && err == nil
}

// fill puts what the file says into out, a struct, and says what does not fit.
func (ms *mistakes) fill(path string, in any, out reflect.Value) {
	table, ok := in.(map[string]any)
	if !ok {
		ms.add(path, "has to be a table: [%s]", shown(path))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		at := join(path, name)
		field := fieldNamed(out, name)
		if !field.IsValid() {
			ms.add(at, "does not exist; %s knows %s", tableName(path), strings.Join(keys(out.Type()), ", "))
			continue
		}
		ms.value(at, table[name], field)
	}
}

func (ms *mistakes) value(path string, in any, out reflect.Value) {
	if s, ok := setters[out.Type()]; ok {
		if !s.set(in, out) {
			ms.add(path, "has to be %s", s.wanted)
		}
		return
	}
	if out.Kind() == reflect.Struct {
		ms.fill(path, in, out)
		return
	}
	list := reflect.ValueOf(in)
	if list.Kind() != reflect.Slice {
		ms.add(path, "has to be a list of tables: [[%s]]", shown(path))
		return
	}
	out.Set(reflect.MakeSlice(out.Type(), list.Len(), list.Len()))
	for i := range list.Len() {
		ms.fill(element(path, i), list.Index(i).Interface(), out.Index(i))
	}
}

func fieldNamed(v reflect.Value, name string) reflect.Value {
	for _, f := range fieldsIn(v.Type()) {
		if f.Tag.Get("toml") == name {
			return v.FieldByIndex(f.Index)
		}
	}
	return reflect.Value{}
}

// fieldsIn are the fields of a struct that have a name in the file, those of embedded ones too.
func fieldsIn(t reflect.Type) (list []reflect.StructField) {
	for _, f := range reflect.VisibleFields(t) {
		if !f.Anonymous {
			list = append(list, f)
		}
	}
	return list
}

// keys are their names.
func keys(t reflect.Type) (names []string) {
	for _, f := range fieldsIn(t) {
		names = append(names, f.Tag.Get("toml"))
	}
	return names
}

func tableName(path string) string {
	if path == "" {
		return "the file"
	}
	return fmt.Sprintf("[%s]", shown(path))
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func element(path string, i int) string { return path + "#" + strconv.Itoa(i) }

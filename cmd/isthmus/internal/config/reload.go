package config

import (
	"reflect"
	"strings"
)

// lasting are the keys whose values hold as long as the daemon runs: something was opened or made by them.
var lasting = []string{
	"component.domain", "component.secret", "component.server", "component.max_stanza_bytes", "component.host", "component.multicast",
	"storage.url", "storage.data_dir",
	"rooms.confusables", // how nicks compare is stored with them
	"admin.listen", "admin.socket",
	"log.format",
}

// After is this configuration in the place of another that a daemon runs by. What cannot change meanwhile is as it was; the keys
// of which the file says something else now are named.
func (c Config) After(old Config) (_ Config, kept []string) {
	was, is := reflect.ValueOf(old), reflect.ValueOf(&c).Elem()
	for _, key := range lasting {
		table, name, _ := strings.Cut(key, ".")
		before, now := fieldNamed(fieldNamed(was, table), name), fieldNamed(fieldNamed(is, table), name)
		if !reflect.DeepEqual(before.Interface(), now.Interface()) {
			kept = append(kept, key)
			now.Set(before)
		}
	}
	return c, kept
}

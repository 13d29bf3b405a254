package config

import (
	"regexp"
	"slices"
	"strings"
)

// lines says where each key and each table of a file stands, in order. The parser tells this only of what it could not
// read itself. A path is the keys from the top, joined by dots; the n-th table of a list is #n behind its key, from 0.
type lines []place

type place struct {
	path string
	line int // from 1
}

var (
	header = regexp.MustCompile(`^\s*(\[\[?)([^\[\]#]+)\]`)
	key    = regexp.MustCompile(`^\s*((?:[\w-]|\s*\.\s*|"[^"]*"|'[^']*')+)\s*=`)
	quotes = regexp.MustCompile(`["'\s]`)
	index  = regexp.MustCompile(`#\d+`)
)

// findLines looks at the beginnings of the lines only. In a text of several lines it may see a key that is none; it then
// stands behind the true one, or names a line for nothing.
func findLines(text string) (found lines) {
	table, tables := "", map[string]int{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if m := header.FindStringSubmatch(line); m != nil {
			table = quotes.ReplaceAllString(m[2], "")
			if m[1] == "[[" {
				nth := element(table, tables[table])
				tables[table]++
				table = nth
			}
			found = append(found, place{table, n})
		} else if m := key.FindStringSubmatch(line); m != nil {
			found = append(found, place{join(table, quotes.ReplaceAllString(m[1], "")), n})
		} else if strings.HasPrefix(strings.TrimSpace(line), "[") {
			found = append(found, place{"", n}) // a table that is not closed: what follows belongs to nothing
		}
	}
	return found
}

// of is the line of a path, or of the nearest table around it, 0 if there is none.
func (ls lines) of(path string) int {
	for {
		if i := slices.IndexFunc(ls, func(p place) bool { return p.path == path }); i >= 0 {
			return ls[i].line
		}
		cut := strings.LastIndexAny(path, ".#")
		if cut < 0 {
			return 0
		}
		path = path[:cut]
	}
}

// at is the path of the key to which a line belongs: the last one at or above it.
func (ls lines) at(line int) (path string) {
	for _, p := range ls {
		if p.line <= line {
			path = p.path
		}
	}
	return path
}

// shown is a path as people are told it.
func shown(path string) string { return index.ReplaceAllString(path, "") }

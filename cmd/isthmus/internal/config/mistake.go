package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mistake is one thing that is wrong with a file.
type Mistake struct {
	File string
	Line int    // from 1; 0 if nothing in the file stands for it
	Key  string // such as component.domain; "" if the file as a whole is meant
	Text string // what is wrong, as the rest of the sentence
}

func (m Mistake) Error() string {
	at := m.File
	if m.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, m.Line)
	}
	if m.Key == "" {
		return at + ": " + m.Text
	}
	return at + ": " + m.Key + " " + m.Text
}

// Mistakes are all that is wrong with a file, in its order; as a text one line each.
type Mistakes []Mistake

func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// mistakes collects them for one file.
type mistakes struct {
	file  string
	lines lines
	list  Mistakes
	bad   map[string]bool // paths that have one
}

func (ms *mistakes) add(path, format string, args ...any) {
	ms.bad[path] = true
	ms.list = append(ms.list, Mistake{ms.file, ms.lines.of(path), shown(path), fmt.Sprintf(format, args...)})
}

// err is a Mistakes, or nil if there is none.
func (ms *mistakes) err() error {
	if len(ms.list) == 0 {
		return nil
	}
	slices.SortStableFunc(ms.list, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
	return ms.list
}

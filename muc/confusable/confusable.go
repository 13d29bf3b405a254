// Package confusable tells which texts look alike, after Unicode Technical Standard #39. It is pure.
package confusable

import (
	_ "embed"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed confusables.txt
var data string

// prototypes are what characters look like: those that look alike have the same.
var prototypes = parse(data)

// Skeleton is what a text looks like. It is made for comparing with other skeletons, not for people.
func Skeleton(s string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(s) {
		if p, ok := prototypes[c]; ok {
			b.WriteString(p)
		} else if !invisible(c) {
			b.WriteRune(c)
		}
	}
	return norm.NFD.String(b.String())
}

// invisible tells whether a character changes at most how others are drawn: a joiner, a selector of a variant, a filler.
func invisible(c rune) bool {
	return c > unicode.MaxASCII && unicode.In(c, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// parse reads lines of a character and its prototype, in hexadecimal digits.
func parse(data string) map[rune]string {
	list := map[rune]string{}
	for line := range strings.Lines(data) {
		from, to, ok := strings.Cut(strings.TrimSpace(line), " ; ")
		if !ok || from[0] == '#' {
			continue
		}
		list[[]rune(text(from))[0]] = text(to)
	}
	return list
}

func text(hex string) string {
	var b strings.Builder
	for _, f := range strings.Fields(hex) {
		n, err := strconv.ParseUint(f, 16, 21)
		if err != nil {
			panic(err) // the table is part of the program
		}
		b.WriteRune(rune(n))
	}
	return b.String()
}

package muc

import (
	"encoding/xml"
	"strconv"

	"isthmus/component/stanza"
)

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads a number that is not negative; anything else is -1.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// bit is how forms say yes and no: some clients take only "1" for true.
func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// find is the first element of this name, nil if there is none.
func find(list []stanza.Element, n xml.Name) *stanza.Element {
	for i := range list {
		if list[i].Name == n {
			return &list[i]
		}
	}
	return nil
}

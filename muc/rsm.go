package muc

import (
	"errors"
	"strconv"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// paging is which page of a list somebody wants. xep:0059#usecases
type paging struct {
	max           int
	after, before string // ids, "" = from the first on, up to the last
	backward      bool   // the page in front of before; at the end of the list if before is empty
}

// readPaging reads <set/>; nil is the first page. usual is the size of a page that names none, most is all that it can be.
func readPaging(set *stanza.Element, usual, most int) (paging, *stanza.Error) {
	p := paging{max: usual, after: set.Child(nsRSM, "after").Text()}
	if before := set.Child(nsRSM, "before"); before != nil {
		p.before, p.backward = before.Text(), true
	}
	if e := set.Child(nsRSM, "max"); e != nil {
		n, err := strconv.ParseUint(strings.TrimSpace(e.Text()), 10, 32)
		if errors.Is(err, strconv.ErrSyntax) {
			return p, badRequest.Because("max: this is no number of items.")
		}
		p.max = int(min(n, uint64(most))) // #nosec G115 -- most at most
	}
	if e := set.Child(nsRSM, "index"); e != nil && strings.TrimSpace(e.Text()) != "0" {
		return p, stanza.Fail(mellium.FeatureNotImplemented).Because("index: pages are found by ids only.") // xep:0059#jump
	}
	return p, nil
}

// set says where a page lies in the whole list. xep:0059#forwards
type set struct {
	first, last  string // ids; "" for an empty page
	index, count int    // of the first item, and of all; negative if they are not known
}

func (s set) append(b *stanza.Builder) {
	b.Start("set", "xmlns", nsRSM)
	if s.first != "" {
		b.Leaf("first", s.first, "index", known(s.index)).Leaf("last", s.last)
	}
	if s.count >= 0 {
		b.Leaf("count", known(s.count))
	}
	b.End()
}

func known(n int) string {
	if n < 0 {
		return ""
	}
	return itoa(n)
}

package muctest

import (
	"slices"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// log is all that one room has logged, in order of arrival. It answers queries in the most simple way.
type log []muc.Entry

func (l log) retract(e muc.Retract) {
	for i := range l {
		if l[i].StanzaID == e.StanzaID {
			l[i].Payload, l[i].Retracted = e.Payload, true
		}
	}
}

func (l log) answer(load muc.Load) *muc.Loaded {
	answer := &muc.Loaded{Load: load}
	for _, q := range load.Queries {
		if !l.knows(slices.Concat(q.After, q.Before, q.IDs)) {
			return &muc.Loaded{Load: load, Err: muc.ErrNoEvent}
		}
		answer.Pages = append(answer.Pages, l.page(q))
	}
	return answer
}

func (l log) knows(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return l.at(id) < 0 })
}

func (l log) at(id string) int {
	return slices.IndexFunc(l, func(e muc.Entry) bool { return e.StanzaID == id })
}

func (l log) page(q muc.Query) muc.Page {
	var list []muc.Entry
	page := muc.Page{}
	for i, e := range l {
		if !matches(q, e) {
			continue
		}
		page.Total++
		if !slices.ContainsFunc(q.After, func(id string) bool { return i <= l.at(id) }) &&
			!slices.ContainsFunc(q.Before, func(id string) bool { return i >= l.at(id) }) {
			list = append(list, e)
		}
	}
	if !q.Count {
		page.Total = 0
	}
	n := min(q.Max, len(list))
	page.Complete = n == len(list)
	page.Events = list[:n]
	if q.Backward {
		page.Events = list[len(list)-n:]
	}
	return page
}

func matches(q muc.Query, e muc.Entry) bool {
	at := time.UnixMilli(e.At >> 16)
	author, _ := stanza.ParseJID(e.Author)
	return (q.Start.IsZero() || !at.Before(q.Start.Truncate(time.Millisecond))) &&
		(q.End.IsZero() || !at.After(q.End)) &&
		(q.Nick == "" || e.Nick == q.Nick) &&
		(q.Author == "" || author.Bare().String() == q.Author || e.Author == q.Author) &&
		(!q.Open || e.Open) &&
		(len(q.IDs) == 0 || slices.Contains(q.IDs, e.StanzaID))
}

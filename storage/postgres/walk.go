package postgres

import (
	"fmt"
	"math"
	"strings"

	"isthmus/storage"
)

// walk is a part of a log, in order of arrival.
type walk struct {
	after, before int64 // arrivals, both excluded
	late          bool  // only what came late
}

// walks are where the events that match are, within these arrivals: up to where the time that is asked for has ended,
// and behind it what came late.
func (a archive) walks(after, before int64) []walk {
	after = max(after, a.since)
	if a.until == math.MaxInt64 {
		return []walk{{after, before, false}}
	}
	return []walk{{after, min(before, a.until), false}, {max(after, a.until-1), before, true}}
}

// reading is the statement that reads up to limit events, from the end that the query begins at.
func (a archive) reading(limit int) (sql string, args []any) {
	var s statement
	from := s.union(a, "*", a.walks(a.after, a.before), limit)
	return fmt.Sprintf(`WITH found AS MATERIALIZED (%s) SELECT %s FROM found ORDER BY arrival %s LIMIT %s`,
		from, events.names(), a.direction(), s.arg(limit)), s.args
}

// counting is the statement that counts what matches without After and Before, each walk for itself.
func (a archive) counting() (sql string, args []any) {
	var s statement
	from := s.union(a, "arrival", a.walks(math.MinInt64, math.MaxInt64), storage.CountMost+1)
	return fmt.Sprintf(`SELECT count(*) FROM (%s) AS found`, from), s.args
}

func (a archive) direction() string {
	if a.Backward {
		return "DESC"
	}
	return "ASC"
}

// statement collects its arguments while it is written.
type statement struct{ args []any }

func (s *statement) arg(v any) (name string) {
	s.args = append(s.args, v)
	return fmt.Sprintf("$%d", len(s.args))
}

func (s *statement) union(a archive, what string, walks []walk, limit int) string {
	if a.only != nil {
		return s.these(a, what, walks[0])
	}
	var parts []string
	for _, w := range walks {
		where := []string{"room = " + s.arg(a.Room), "arrival > " + s.arg(w.after), "arrival < " + s.arg(w.before)}
		if w.late {
			where = append(where, late)
		}
		parts = append(parts, fmt.Sprintf(`(SELECT %s FROM events WHERE %s ORDER BY arrival %s LIMIT %s)`,
			what, strings.Join(append(where, s.filters(a)...), " AND "), a.direction(), s.arg(limit)))
	}
	return strings.Join(parts, " UNION ALL ")
}

// these are the events that are asked for by their ids. Neither their order nor what they lie between is said, which
// would be a reason to walk from one to the other.
func (s *statement) these(a archive, what string, w walk) string {
	only := []int64{}
	for _, arrival := range a.only {
		if arrival > w.after && arrival < w.before {
			only = append(only, arrival)
		}
	}
	where := []string{"room = " + s.arg(a.Room), fmt.Sprintf("arrival = ANY (%s)", s.arg(only))}
	return fmt.Sprintf(`SELECT %s FROM events WHERE %s`, what, strings.Join(append(where, s.filters(a)...), " AND "))
}

func (s *statement) filters(a archive) (list []string) {
	add := func(asked bool, condition string, v any) {
		if asked {
			list = append(list, condition+s.arg(v))
		}
	}
	add(!a.Start.IsZero(), "at >= ", a.lowest)
	add(!a.End.IsZero(), "at <= ", a.highest)
	add(a.Nick != "", "nick = ", a.Nick)
	switch _, whole := a.By(); {
	case a.Author == "":
	case whole:
		add(true, "split_part(author, '/', 1) = ", a.Author)
	default:
		add(true, "author = ", a.Author)
	}
	if a.Open {
		list = append(list, "open")
	}
	return list
}

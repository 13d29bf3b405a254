package postgres

import (
	"fmt"
	"math"
	"strings"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

// walk is a part of a log that an index has in order of arrival.
type walk struct {
	after, before int64 // arrivals, both excluded
	late          bool  // among what came late only
}

// walks are where the events that match are, within these arrivals: up to where the time that is asked for has ended,
// and behind it what came late.
func (a archive) walks(after, before int64) []walk {
	switch {
	case a.only != nil:
		return []walk{{after, before, false}}
	case a.until == math.MaxInt64:
		return []walk{{max(after, a.since), before, false}}
	}
	return []walk{{max(after, a.since), min(before, a.until), false}, {max(after, a.until-1), before, true}}
}

// reading is the statement that reads up to limit events, from the end that the query begins at.
func (a archive) reading(limit int) (sql string, args []any) {
	s := statement{args: plannedAnew}
	from := s.union(a, "*", a.walks(a.after, a.before), limit)
	return fmt.Sprintf(`SELECT %s FROM (%s) AS found ORDER BY %s LIMIT %s`,
		events.names(), from, a.ordered("arrival"), s.arg(limit)), s.args
}

// counting is the statement that counts what matches without After and Before; too many are counted twice.
func (a archive) counting() (sql string, args []any) {
	s := statement{args: plannedAnew}
	from := s.union(a, "arrival", a.walks(math.MinInt64, math.MaxInt64), storage.CountMost+1)
	return fmt.Sprintf(`SELECT count(*) FROM (%s) AS found`, from), s.args
}

func (a archive) ordered(columns ...string) string {
	if a.Backward {
		return strings.Join(columns, " DESC, ") + " DESC"
	}
	return strings.Join(columns, ", ")
}

// plannedAnew: the best plan for one query would scan a log for another.
var plannedAnew = []any{pgx.QueryExecModeCacheDescribe}

// statement collects its arguments while it is written.
type statement struct{ args []any }

func (s *statement) arg(v any) (name string) {
	s.args = append(s.args[:len(s.args):len(s.args)], v)
	return fmt.Sprintf("$%d", len(s.args)-len(plannedAnew))
}

func (s *statement) union(a archive, what string, walks []walk, limit int) string {
	var parts []string
	for _, w := range walks {
		parts = append(parts, "("+s.walk(a, what, w, limit)+")")
	}
	return strings.Join(parts, " UNION ALL ")
}

const author = `split_part(author, '/', 1)` // the bare JID; events_author has it

// walk goes along one index. Where that is one of a nick or an author, both are compared as one with the arrival: to
// Postgres each for itself would be a reason to try another index, and then it may read a log of millions for a nick that
// is not in it.
func (s *statement) walk(a archive, what string, w walk, limit int) string {
	index, after, before := []string{"arrival"}, s.arg(w.after), s.arg(w.before)
	user, whole := a.By()
	where := []string{"room = " + s.arg(a.Room)}
	add := func(condition string, v any) { where = append(where, condition+s.arg(v)) }
	switch {
	case a.only != nil:
		where = append(where, fmt.Sprintf("arrival = ANY (%s)", s.arg(a.only)))
	case w.late:
		where = append(where, late)
	case a.Nick != "":
		nick := s.arg(a.Nick)
		index, after, before = []string{"nick", "arrival"}, nick+", "+after, nick+", "+before
	case a.Author != "":
		by := s.arg(user)
		index, after, before = []string{author, "arrival"}, by+", "+after, by+", "+before
	}
	key := strings.Join(index, ", ")
	where = append(where, fmt.Sprintf("(%[1]s) > (%[2]s) AND (%[1]s) < (%[3]s)", key, after, before))
	if !a.Start.IsZero() {
		add("at >= ", a.lowest)
	}
	if !a.End.IsZero() {
		add("at <= ", a.highest)
	}
	if a.Nick != "" && index[0] != "nick" {
		add("nick = ", a.Nick)
	}
	if a.Author != "" && index[0] != author {
		add(author+" = ", user)
	}
	if !whole {
		add("author = ", a.Author)
	}
	if a.Open {
		where = append(where, "open")
	}
	return fmt.Sprintf(`SELECT %s FROM events WHERE %s ORDER BY %s LIMIT %s`,
		what, strings.Join(where, " AND "), a.ordered(index...), s.arg(limit))
}

package postgres

import "time"

// column ties a column to the place of its value in a record R.
type column[R any] struct {
	name, kind string
	place      func(*R) any  // a pointer, to read into
	value      func(*R) any  // to write
	all        func([]R) any // the values of many records, for unnest
	tidy       func(*R)      // gives what was read the form that storage promises
}

func col[R, V any](name, kind string, at func(*R) *V) column[R] {
	asItIs := func(v V) V { return v }
	return converted(name, kind, at, asItIs, asItIs)
}

func when[R any](name string, at func(*R) *time.Time) column[R] {
	return converted(name, "timestamptz", at, func(t time.Time) time.Time { return t }, time.Time.UTC)
}

// list is a column that is not NULL; an empty list is written for none, and none is read for an empty list.
func list[R, E any](name, kind string, at func(*R) *[]E) column[R] {
	return converted(name, kind, at, some, none)
}

// optional is NULL for none.
func optional[R, E any](name, kind string, at func(*R) *[]E) column[R] {
	return converted(name, kind, at, none, none)
}

func converted[R, V any](name, kind string, at func(*R) *V, write, read func(V) V) column[R] {
	return column[R]{
		name: name, kind: kind,
		place: func(r *R) any { return at(r) },
		value: func(r *R) any { return write(*at(r)) },
		all: func(records []R) any {
			values := make([]V, len(records))
			for i := range records {
				values[i] = write(*at(&records[i]))
			}
			return values
		},
		tidy: func(r *R) { *at(r) = read(*at(r)) },
	}
}

func some[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}

func none[E any](list []E) []E {
	if len(list) == 0 {
		return nil
	}
	return list
}

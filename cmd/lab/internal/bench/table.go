package bench

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Tables writes what was measured as tables that people and Markdown read alike: medians, and ratios to what was measured
// in the same run.
func (b *Bench) Tables(w io.Writer) {
	if len(b.Sink) > 0 {
		fmt.Fprintf(w, "\nThe component alone, into a sink that counts:\n\n")
		table(w, b.sinkRows())
	}
	if len(b.Durable) > 0 {
		fmt.Fprintf(w, "\nMessages stored on Postgres before anybody sees them, one occupant a room:\n\n")
		table(w, b.durableRows())
	}
	for _, h := range b.hosts() {
		fmt.Fprintf(w, "\nFrom client to client on %s, clients and servers on the same machine:\n\n", h.kind)
		table(w, b.endRows(string(h.kind)))
	}
}

func (b *Bench) sinkRows() [][]string {
	rows := [][]string{{"component", "occupants", "copies/s", "× jabber-muc", "CPU s per million", "bytes a copy",
		"joins/s", "× jabber-muc", "peak MB"}}
	for _, n := range b.Sink {
		for _, name := range sinkers {
			m := func(who, what string) float64 { return b.results.median(fmt.Sprintf("sink/%s/%d/%s", who, n, what)) }
			rows = append(rows, []string{
				name, strconv.Itoa(n), whole(m(name, "copies/s")), ratio(m(name, "copies/s"), m(jabberMUC, "copies/s")),
				short(m(name, "CPU s/M")), whole(m(name, "bytes")),
				whole(m(name, "joins/s")), ratio(m(name, "joins/s"), m(jabberMUC, "joins/s")), whole(m(name, "peak MB")),
			})
		}
	}
	return rows
}

func (b *Bench) durableRows() [][]string {
	rows := [][]string{{"rooms", "messages/s", "CPU µs a message: isthmus", "Postgres"}}
	for _, n := range b.Durable {
		m := func(what string) float64 { return b.results.median(fmt.Sprintf("durable/%d/%s", n, what)) }
		rows = append(rows, []string{strconv.Itoa(n), whole(m("messages/s")), whole(m("µs isthmus")), whole(m("µs Postgres"))})
	}
	return rows
}

func (b *Bench) endRows(kind string) [][]string {
	rows := [][]string{{"rooms", "occupants", "deliveries/s", "× its own", "CPU µs a delivery", "× its own", "p50 / p99 ms",
		"joins/s", "× its own", "CPU ms a join", "× its own"}}
	for _, n := range b.Ends {
		for _, r := range roomsOf {
			m := func(who, what string) float64 {
				return b.results.median(fmt.Sprintf("%s/%s/%d/%s", kind, who, n, what))
			}
			pair := func(what string, write func(float64) string) []string {
				return []string{write(m(r.name, what)), ratio(m(r.name, what), m(own, what))}
			}
			row := []string{r.name, strconv.Itoa(n)}
			row = append(row, pair("deliveries/s", whole)...)
			row = append(row, pair("µs CPU/delivery", whole)...)
			row = append(row, short(m(r.name, "p50 ms"))+" / "+short(m(r.name, "p99 ms")))
			row = append(row, pair("joins/s", whole)...)
			rows = append(rows, append(row, pair("ms CPU/join", short)...))
		}
	}
	return rows
}

func whole(v float64) string {
	if v == 0 {
		return "–"
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// short has about three digits.
func short(v float64) string {
	if v == 0 {
		return "–"
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

func ratio(v, to float64) string {
	if v == 0 || to == 0 {
		return "–"
	}
	return strconv.FormatFloat(v/to, 'f', 2, 64)
}

func table(w io.Writer, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for i, row := range rows {
		for k, cell := range row {
			fmt.Fprintf(w, "| %s%s ", cell, strings.Repeat(" ", width[k]-utf8.RuneCountInString(cell)))
		}
		fmt.Fprintln(w, "|")
		if i == 0 {
			fmt.Fprintln(w, strings.Repeat("|---", len(row))+"|")
		}
	}
}

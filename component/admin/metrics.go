package admin

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Metric is one number. Its name and help are ours and need no escaping.
type Metric struct {
	Name, Help string
	Kind       Kind
	Read       func() float64
}

// Kind is how a number behaves.
type Kind string

// A Counter only grows, a Gauge goes up and down.
const (
	Counter Kind = "counter"
	Gauge   Kind = "gauge"
)

// Family is one number of each of several things, such as links.
type Family struct {
	Name, Help string
	Kind       Kind
	Samples    []Sample
}

// Sample is one of them. Its labels come in pairs of a name, which is ours, and a value, which may be anything.
type Sample struct {
	Labels []string
	Value  float64
}

// metrics writes all numbers in the text format that Prometheus reads.
// https://prometheus.io/docs/instrumenting/exposition_formats/
func (d Door) metrics(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, m := range d.Metrics {
		write(w, Family{m.Name, m.Help, m.Kind, []Sample{{Value: m.Read()}}})
	}
	if d.Families == nil {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	list, err := d.Families(ctx)
	if err != nil {
		fmt.Fprintln(w, "# The rest cannot be told at the moment.")
		return
	}
	for _, f := range list {
		write(w, f)
	}
}

func write(w io.Writer, f Family) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.Name, f.Help, f.Name, f.Kind)
	for _, s := range f.Samples {
		fmt.Fprintf(w, "%s%s %s\n", f.Name, labels(s.Labels), strconv.FormatFloat(s.Value, 'g', -1, 64))
	}
}

var escapes = strings.NewReplacer("\\", `\\`, "\n", `\n`, `"`, `\"`)

func labels(pairs []string) string {
	var list []string
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, pairs[i]+`="`+escapes.Replace(strings.ToValidUTF8(pairs[i+1], "?"))+`"`)
	}
	if len(list) == 0 {
		return ""
	}
	return "{" + strings.Join(list, ",") + "}"
}

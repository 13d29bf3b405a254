package admin

import (
	"fmt"
	"net/http"
	"strconv"
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

// metrics writes all numbers in the text format that Prometheus reads.
// https://prometheus.io/docs/instrumenting/exposition_formats/
func (d Door) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, m := range d.Metrics {
		value := strconv.FormatFloat(m.Read(), 'g', -1, 64)
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %s\n", m.Name, m.Help, m.Name, m.Kind, m.Name, value)
	}
}

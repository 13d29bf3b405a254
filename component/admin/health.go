package admin

import (
	"context"
	"fmt"
	"net/http"
)

// health says ok, or in one sentence which part does not work.
func (d Door) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	for _, c := range d.Checks {
		if err := c.Ask(ctx); err != nil {
			http.Error(w, c.Name+": "+err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

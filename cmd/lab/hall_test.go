package main

import (
	"sync"
	"time"
)

// hall is a room that people storm, and all that was said to it.
type hall struct {
	room   string
	place  place
	other  *hall // that is one with it, nil = none
	guests []*guest

	mu    sync.Mutex
	words map[string]*word // by text
}

// word is one message on its way.
type word struct {
	by         *guest
	text       string
	sent, came time.Time // came is when the first heard it
	id         string
	bounce     string // the condition of its error
}

func (h *hall) said(w *word) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.words[w.text] = w
}

func (h *hall) bounced(text, condition string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.words[text]; w != nil {
		w.bounce = condition
	}
}

func (h *hall) back(m heard) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.words[m.text]; w != nil && w.came.IsZero() {
		w.came, w.id = m.at, m.id
	}
}

// goesOn tells whether something came that was said after a time.
func (h *hall) goesOn(since time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.words {
		if w.sent.After(since) && !w.came.IsZero() {
			return true
		}
	}
	return false
}

// finished tells whether all that was said after a time has come or was refused; and whether anything was.
func (h *hall) finished(since time.Time) (done, refused bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, w := range h.words {
		if w.sent.Before(since) {
			continue
		}
		n++
		refused = refused || w.bounce != ""
		if w.came.IsZero() && w.bounce == "" {
			return false, false
		}
	}
	return true, refused || n < len(h.guests)
}

package muc

import "time"

// wake lets every feature do what is due. Which features have something to wait for, and when, they say themselves: the
// room has one timer for all.
func (r *Room) wake() {
	r.armed = time.Time{}
	for _, f := range features {
		if f.due == nil || !r.exists {
			continue
		}
		if at := f.due(r); !at.IsZero() && !at.After(r.now) {
			f.wake(r)
		}
	}
}

// rearm asks to be woken when the first of them wants to be, if that is not what was asked for already.
func (r *Room) rearm() {
	var first time.Time
	for _, f := range features {
		if f.due == nil || !r.exists {
			continue
		}
		if at := f.due(r); !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if !first.Equal(r.armed) {
		r.armed = first
		r.emit(Wake{first})
	}
}

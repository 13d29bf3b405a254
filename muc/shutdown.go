package muc

// shutdown tells everybody that the service ends for good; who stays away for a restart only is told nothing. Occupants of
// other nodes hear it from theirs. A temporary room ends with it. xep:0045#service-shutdown-kick
func (r *Room) shutdown() {
	r.eachHere(func(s *Session) {
		s.payload = nil
		r.tellSelf(s.o, s, &notice{gone: true, codes: []int{332}})
		r.relay(Here, Left{Person: s.person()})
	})
	r.clear()
	r.expecting = false
	r.afterLeave()
}

// eachHere does something with every session of this node.
func (r *Room) eachHere(do func(*Session)) {
	for _, o := range r.occupants {
		for _, s := range o.sessions {
			if s.via == Here {
				do(s)
			}
		}
	}
}

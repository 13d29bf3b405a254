package muc

import "time"

// lockTime ends the wait for a new room's configuration: its defaults hold if the creator is still there, and his client is
// told to look at the room; else the room is given up. xep:0045#createroom-general xep:0045#security-dos
var lockTime = feature{
	name: "XEP-0045 lock time-out",
	due: func(r *Room) time.Time {
		if !r.rec.Locked || r.settings.LockTime == 0 || r.expecting {
			return time.Time{}
		}
		return r.rec.Created.Add(r.settings.LockTime)
	},
	wake: func(r *Room) {
		creator := r.rec.Creator
		if len(r.occupants) == 0 || creator != "" && len(r.of(creator)) == 0 {
			r.raze(parting{}, nil)
			return
		}
		r.adopt(r.rec.Config)
		r.announceConfig([]int{104})
	},
}

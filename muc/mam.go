package muc

import (
	"encoding/xml"

	"isthmus/component/stanza"
)

// mam lets clients read the room's log: the one that history comes from, under the same ids. xep:0313#archives_muc
var mam = feature{
	name: "XEP-0313 message archive",
	disco: func(r *Room) []string {
		if !r.rec.Config.Archiving {
			return nil
		}
		return []string{nsMAM, nsMAM + "#extended"}
	},
	fields: []field{
		archiving("muc#roomconfig_enablearchiving"), archiving("mam"),
	},
	forged: []forgery{{name: name(nsMAM, "result")}},
	queries: map[xml.Name]query{
		name(nsMAM, "query"):    {both, (*Room).queryLog},
		name(nsMAM, "metadata"): {gets, (*Room).describeLog},
	},
}

// archiving is one of the names by which services call the option. A client that changes one of them and leaves the others
// as they were means the change.
func archiving(name string) field {
	f := flag(name, "Let users read the archive of the room", func(c *Config) *bool { return &c.Archiving })
	set := f.set
	f.set = func(d *draft, v string, all []string) bool {
		changed := d.Archiving != d.was.Archiving
		ok := set(d, v, all)
		if changed {
			d.Archiving = !d.was.Archiving
		}
		return ok
	}
	return f
}

var noArchive = unsupported.Because("This room has no archive.")

// mayRead holds the log to those who have the right to enter at this time. A password is not asked, so that where one is
// needed only those read the log who have given it, or whom the room knows. xep:0313#business-storeret-muc-archives
func (r *Room) mayRead(user stanza.JID) *stanza.Error {
	c, aff, bare := &r.rec.Config, r.affiliation(user), user.Bare().String()
	inside := r.inside(user)
	switch {
	case r.rec.Locked && aff != Owner:
		return lockedRoom
	case !c.Archiving:
		return noArchive
	case aff == Outcast:
		return banned
	case c.MembersOnly && aff < Member:
		return forbidden.Because("Only members may read the archive of this room.")
	case c.PasswordProtected && aff < Member && !inside:
		return forbidden.Because("Only those who are in the room may read its archive.")
	case r.needsNick(aff) != nil && r.affils[bare].Nick == "" && !inside:
		return forbidden.Because("Only those who have registered a nick may read the archive of this room.")
	}
	return nil
}

// readsJIDs tells whether somebody, in the room or not, may see the real addresses in whatever the room's history is (P8).
func (r *Room) readsJIDs(user stanza.JID) bool {
	s := r.session(user)
	return r.affiliation(user) >= Admin || s != nil && s.o.role == Moderator
}

// queryLog answers what can be asked, or asks the log. xep:0313#query
func (r *Room) queryLog(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	if err := r.mayRead(st.From); err != nil {
		return nil, err
	}
	if st.Type == "get" {
		return logForm(), nil
	}
	a, err := r.readAsk(st.From, q)
	if err != nil {
		return nil, err
	}
	r.readLog(st, func(r *Room, asker *stanza.Stanza, pages []Page) {
		r.sendPage(asker, a, fit(pages[0], a.Backward))
	}, a.Query)
	return nil, nil
}

// describeLog answers where the log begins and ends. xep:0313#archive-metadata
func (r *Room) describeLog(st *stanza.Stanza, _ *stanza.Element) ([]byte, *stanza.Error) {
	if err := r.mayRead(st.From); err != nil {
		return nil, err
	}
	r.readLog(st, func(r *Room, asker *stanza.Stanza, pages []Page) {
		r.result(asker, ends(pages[0].Events, pages[1].Events))
	}, Query{Max: 1}, Query{Max: 1, Backward: true})
	return nil, nil
}

// readLog asks the log on somebody's behalf, of whose stanza only the envelope is kept. What is retracted while the log is
// read is not shown any more.
func (r *Room) readLog(st *stanza.Stanza, then func(*Room, *stanza.Stanza, []Page), queries ...Query) {
	asker := *st
	asker.Children = nil
	r.reading++
	r.load(func(r *Room, pages []Page, err error) {
		if err != nil {
			r.fail(&asker, unread(err))
		} else {
			r.conceal(pages)
			then(r, &asker, pages)
		}
		if r.reading--; r.reading == 0 {
			r.erased = nil
		}
	}, queries...)
}

// conceal puts tombstones over what has been retracted since pages were read.
func (r *Room) conceal(pages []Page) {
	for _, p := range pages {
		for i := range p.Events {
			if t, ok := r.erased[p.Events[i].StanzaID]; ok {
				p.Events[i].Payload, p.Events[i].Retracted = t, true
			}
		}
	}
}

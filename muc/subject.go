package muc

import (
	"cmp"
	"slices"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// longestSubject bounds a subject with all its languages, in bytes: everybody who enters is sent it.
const longestSubject = 4096

var (
	noSubject   = stanza.Fail(mellium.Forbidden).Because("You may not change the subject.")
	longSubject = stanza.Fail(mellium.PolicyViolation).Because("The subject is too long.")
)

// subjects holds who may change the subject. xep:0045#subject-mod
var subjects = feature{
	name: "XEP-0045 subject",
	speak: func(r *Room, s *Session, m *speech) *stanza.Error {
		if m.subject == nil {
			return nil
		}
		if len(subjectsIn(m.st.Children, m.st.Lang)) > longestSubject {
			return longSubject
		}
		if s.o.role == Moderator {
			return nil
		}
		if !r.rec.Config.ChangeSubject || s.o.role < Participant {
			return noSubject
		}
		return nil
	},
	fields: []field{
		flag("muc#roomconfig_changesubject", "Everybody with voice may change the subject",
			func(c *Config) *bool { return &c.ChangeSubject }),
	},
	info: func(r *Room) []stanza.Field {
		may := bit(r.rec.Config.ChangeSubject)
		list := []stanza.Field{ // which of them a client reads is a matter of its age
			{Var: "muc#roominfo_subjectmod", Values: []string{may}},
			{Var: "muc#roominfo_changesubject", Values: []string{may}},
			{Var: "muc#roomconfig_changesubject", Values: []string{may}},
		}
		if r.tellsSubject() {
			list = append(list, stanza.Field{Var: "muc#roominfo_subject", Values: []string{r.rec.Subject}})
		}
		return list
	},
}

// tellsSubject tells whether people outside may know the subject: only where they could enter and read it there.
// xep:0045#security-leaks
func (r *Room) tellsSubject() bool {
	return r.settings.ShowSubject && !r.rec.Config.MembersOnly && !r.rec.Config.PasswordProtected
}

// subjectChange is the new subject in a message that has one and neither body nor thread: with either of them it is a
// message with a heading. xep:0045#subject-mod
func subjectChange(st *stanza.Stanza) *stanza.Element {
	if st.Has("", "body") || st.Has("", "thread") {
		return nil
	}
	return st.Child("", "subject")
}

// subjectsIn writes the subjects among these children, one for each language. A subject without one of its own is in its
// message's. RFC 6121 section 5.2.4
func subjectsIn(list []stanza.Element, lang string) []byte {
	var b stanza.Builder
	for i := range list {
		if list[i].Name == name("", "subject") {
			b.Leaf("subject", list[i].Text(), "xml:lang", cmp.Or(list[i].Lang(), lang))
		}
	}
	return b.Bytes()
}

// subjectNow is the room's subject as a message has it, and the language of that message: its first subject's, if each has
// one of its own.
func (r *Room) subjectNow() (payload []byte, lang string) {
	if r.rec.SubjectXML == nil {
		var b stanza.Builder
		return b.Leaf("subject", r.rec.Subject).Bytes(), ""
	}
	list, err := stanza.ParseElements(r.rec.SubjectXML)
	if err != nil || slices.ContainsFunc(list, func(e stanza.Element) bool { return e.Lang() == "" }) {
		return r.rec.SubjectXML, ""
	}
	return r.rec.SubjectXML, list[0].Lang()
}

func (r *Room) setSubject(u utterance) {
	r.rec.Subject = u.subject.Text()
	r.rec.SubjectXML = nil
	if list, err := stanza.ParseElements(u.payload); err == nil {
		r.rec.SubjectXML = subjectsIn(list, u.lang)
	}
	r.rec.SubjectNick = u.Nick
	r.rec.SubjectAuthor, r.rec.SubjectVia = u.JID.String(), string(u.origin)
	r.rec.SubjectAt = u.since
	r.save()
}

// nextSubject is the place of a subject that is set now: behind the one that its author knows, however wrong the clock is of
// the node from which that one came.
func (r *Room) nextSubject() time.Time {
	at := instant(r.tick())
	if next := r.rec.SubjectAt.Add(time.Microsecond); next.After(at) {
		return next
	}
	return at
}

// newerSubject tells whether a subject of another node takes the place of ours. Its place decides, and of two at the same
// place the text, so that all nodes end with the same subject in whatever order they hear of them.
func (r *Room) newerSubject(u utterance) bool {
	text := u.subject.Text()
	if u.since.Equal(r.rec.SubjectAt) {
		return text > r.rec.Subject
	}
	return u.since.After(r.rec.SubjectAt)
}

// moveSubject takes it that the subject was set again since, to the same.
func (r *Room) moveSubject(at time.Time) {
	if at.After(r.rec.SubjectAt) {
		r.rec.SubjectAt = at
		r.save()
	}
}

// sendSubject ends an entry: always, also when there is none. xep:0045#enter-subject
func (r *Room) sendSubject(s *Session) {
	from, at := r.me, r.rec.Created
	if r.rec.SubjectNick != "" {
		from, at = r.jid.With(r.rec.SubjectNick).String(), r.rec.SubjectAt
	}
	if at.After(r.now) { // by a clock that is ahead of ours
		at = r.now
	}
	payload, lang := r.subjectNow()
	var b stanza.Builder
	b.Raw(payload)
	if author, err := stanza.ParseJID(r.rec.SubjectAuthor); err == nil {
		r.stamp(&stamped{occupantID: r.occupantID(author)}, &b)
	}
	b.Empty("delay", "xmlns", nsDelay, "from", r.me, "stamp", stamp(at))
	r.send(stanza.Envelope{Kind: stanza.Message, Type: "groupchat", From: from, Lang: lang}, b.Bytes(), s.addr)
}

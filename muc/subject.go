package muc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// longestSubject bounds a subject, in bytes: everybody who enters is sent it.
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
		if len(m.subject.Text()) > longestSubject {
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

func (r *Room) setSubject(u utterance) {
	r.rec.Subject = u.subject.Text()
	r.rec.SubjectNick = u.Nick
	r.rec.SubjectAuthor = u.JID.String()
	r.rec.SubjectAt = r.now
	if u.late != 0 {
		r.rec.SubjectAt = clockTime(u.late)
	}
	r.save()
}

// sendSubject ends an entry: always, also when there is none. xep:0045#enter-subject
func (r *Room) sendSubject(s *Session) {
	from, at := r.me, r.rec.Created
	if r.rec.SubjectNick != "" {
		from, at = r.jid.With(r.rec.SubjectNick).String(), r.rec.SubjectAt
	}
	var b stanza.Builder
	b.Leaf("subject", r.rec.Subject)
	if author, err := stanza.ParseJID(r.rec.SubjectAuthor); err == nil {
		r.stamp(&stamped{occupantID: r.occupantID(author)}, &b)
	}
	b.Empty("delay", "xmlns", nsDelay, "from", r.me, "stamp", stamp(at))
	r.send(stanza.Envelope{Kind: stanza.Message, Type: "groupchat", From: from}, b.Bytes(), s.addr)
}

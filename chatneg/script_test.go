package chatneg_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"isthmus/chatneg"
	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// TestScripts plays the examples of both versions between two clients, with a relay between them that knows the sessions. It
// tells where one is when it is asked for <session xmlns='urn:isthmus:test' thread='…'/>.
func TestScripts(t *testing.T) {
	muctest.Run(t, "testdata/*.txt", func(*testing.T, *muc.Settings) muctest.World {
		return &relay{sessions: map[string]*chatneg.Session{}}
	})
}

// relay is what stands between Romeo and Juliet.
type relay struct{ sessions map[string]*chatneg.Session }

var balcony = stanza.MustJID("juliet@capulet.com/balcony")

func (w *relay) Deliver(now time.Time, st *stanza.Stanza) []muctest.Out {
	if st.Kind == stanza.IQ {
		return w.show(st)
	}
	m, err := chatneg.Read(st)
	switch {
	case err != nil:
		return []muctest.Out{answer(st, m.Refusal(err, ""))}
	case m == nil:
		return []muctest.Out{pass(st)}
	}
	s := w.find(m)
	by := chatneg.A
	if st.From.String() == s.Names[chatneg.B] {
		by = chatneg.B
	}
	out := s.Take(by, m, now)
	var outs []muctest.Out
	if out.Lost != nil {
		env := stanza.Envelope{Kind: stanza.Message, Type: "error", ID: out.LostID, From: st.From.String()}
		outs = append(outs, sent(env, s.Relayed(out.Lost, ""), s.Names[by.Other()]))
	}
	switch {
	case out.Taken:
		outs = append(outs, pass(st))
	case out.Err != nil:
		outs = append(outs, answer(st, m.Refusal(out.Err, "")))
	}
	return outs
}

// find is the session of a message, or a new one.
func (w *relay) find(m *chatneg.Message) *chatneg.Session {
	s := w.sessions[m.Thread]
	for _, other := range w.sessions {
		if s == nil && m.Kind == chatneg.Failure && m.Thread == "" && other.ID == m.ID {
			s = other
		}
	}
	if s == nil {
		s = chatneg.New(m, "romeo@montague.net/orchard", balcony.String())
		w.sessions[m.Thread] = s
	}
	return s
}

func (w *relay) show(st *stanza.Stanza) []muctest.Out {
	thread := st.Children[0].Attr("thread")
	s := w.sessions[thread]
	if s == nil {
		s = &chatneg.Session{}
	}
	var b stanza.Builder
	b.Start("session", "xmlns", "urn:isthmus:test", "phase", s.Phase.String())
	for _, k := range slices.Sorted(maps.Keys(s.Params)) {
		b.Leaf("param", s.Params[k], "name", k)
	}
	b.End()
	env := stanza.Envelope{Kind: stanza.IQ, Type: "result", ID: st.ID, From: st.To.String()}
	return []muctest.Out{sent(env, b.Bytes(), st.From.String())}
}

func (w *relay) Wake(now time.Time) []muctest.Out {
	for _, s := range w.sessions {
		s.Tick(now)
	}
	return nil
}

func pass(st *stanza.Stanza) muctest.Out {
	to := st.To
	if to == balcony.Bare() {
		to = balcony
	}
	var b stanza.Builder
	env := stanza.Envelope{Kind: st.Kind, Type: st.Type, ID: st.ID, From: st.From.String(), Lang: st.Lang}
	return sent(env, b.Elements(st.Children).Bytes(), to.String())
}

func answer(st *stanza.Stanza, payload []byte) muctest.Out {
	return sent(stanza.Envelope{Kind: st.Kind, Type: "error", ID: st.ID, From: st.To.String()}, payload, st.From.String())
}

func sent(env stanza.Envelope, payload []byte, to string) muctest.Out {
	return muctest.Out{To: to, XML: env.Render(payload).To(stanza.MustJID(to).Addr())}
}

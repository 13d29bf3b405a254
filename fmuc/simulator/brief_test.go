package simulator_test

import (
	"flag"
	"strings"

	"isthmus/component/stanza"
)

var raw = flag.Bool("raw", false, "tell of all children of stanzas")

// telling are the elements that are worth a word in a brief.
var telling = map[string]func(*stanza.Element) string{
	"body":    func(e *stanza.Element) string { return e.Text() },
	"subject": func(e *stanza.Element) string { return "subject=" + e.Text() },
	"show":    func(e *stanza.Element) string { return e.Text() },
	"delay":   func(e *stanza.Element) string { return "at=" + e.Attr("stamp") },
	"ping":    func(*stanza.Element) string { return "ping" },
	"error":   func(e *stanza.Element) string { return "error=" + e.Children()[0].Name.Local },
	"fmuc":    marked,
	"x":       extended,
}

func marked(e *stanza.Element) string {
	switch {
	case e.Child(nsFMUC, "left") != nil:
		return "LEFT"
	case e.Child(nsFMUC, "reject") != nil:
		return "REJECT " + e.Child(nsFMUC, "reject").Text()
	}
	return "by=" + e.Attr("from")
}

func extended(e *stanza.Element) string {
	if e.Name.Space != nsUser {
		return strings.TrimSpace("JOIN " + e.Child(e.Name.Space, "history").Attr("since"))
	}
	var b []string
	for _, c := range e.Children() {
		switch {
		case c.Name.Local == "status":
			b = append(b, c.Attr("code"))
		case c.Attr("nick") != "":
			b = append(b, "now "+c.Attr("nick"))
		}
	}
	return strings.Join(b, " ")
}

// brief is what matters of a stanza, for people.
func brief(st *stanza.Stanza) string {
	words := []string{st.Kind.String(), st.Type, st.From.Resource}
	for i := range st.Children {
		e := &st.Children[i]
		if tell := telling[e.Name.Local]; tell != nil {
			words = append(words, tell(e))
		}
		if *raw {
			words = append(words, string(e.Raw))
		}
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

package component

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"mellium.im/xmpp/stream"
)

// AttachError says in a plain sentence why the component is not attached. Err is what happened: a *StreamError where the
// host said so itself.
type AttachError struct {
	Sentence string
	Err      error
}

func (e *AttachError) Error() string { return e.Sentence }

func (e *AttachError) Unwrap() error { return e.Err }

// Condition is the host's stream error; "" if it was none.
func (e *AttachError) Condition() string {
	var se *StreamError
	if errors.As(e.Err, &se) {
		return se.Condition
	}
	return ""
}

// refusals are the stream errors that an operator can mend. xep:0114#proto
var refusals = map[string]string{
	"not-authorized": "the host refuses %s or its secret: both must be the same here and in the host's configuration",
	"conflict":       "the host says that %s is attached already: is another program using this name?",
	"host-unknown":   "the host does not know %s: it must be in the host's configuration as an external component",
	"host-gone":      "the host no longer serves %s: it must be in the host's configuration as an external component",
}

// explain finds the sentence for what went wrong at addr.
func explain(addr, name string, err error) *AttachError {
	var theirs stream.Error
	if errors.As(err, &theirs) {
		se := &StreamError{Condition: cmp.Or(theirs.Err, "undefined-condition")}
		if len(theirs.Text) > 0 {
			se.Text = theirs.Text[0].Value
		}
		err = se
	}
	return &AttachError{sentence(addr, name, err), err}
}

func sentence(addr, name string, err error) string {
	var se *StreamError
	var op *net.OpError
	switch {
	case errors.As(err, &se) && refusals[se.Condition] != "":
		return fmt.Sprintf(refusals[se.Condition], name)
	case errors.As(err, &se):
		return fmt.Sprintf("the host at %s closed the stream: %s", addr, cmp.Or(se.Text, se.Condition))
	case errors.Is(err, ErrSilent):
		return fmt.Sprintf("the host at %s does not answer any more", addr)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("the host at %s does not answer", addr)
	case errors.As(err, &op) && op.Op == "dial":
		return fmt.Sprintf("the host at %s cannot be reached: %v", addr, op.Err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("the host at %s closed the connection", addr)
	}
	return fmt.Sprintf("the connection to the host at %s failed: %v", addr, err)
}

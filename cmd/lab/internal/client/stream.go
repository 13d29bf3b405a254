package client

import (
	"encoding/xml"
	"errors"
	"io"
)

// maxStanza bounds one received stanza in bytes, a little above what the
// servers let through.
const maxStanza = 16 << 20

var errTooBig = errors.New("a stanza is too big")

// reader splits a stream into top-level elements.
type reader struct {
	dec *xml.Decoder
	rec *recorder
}

func newReader(r io.Reader) *reader {
	rec := &recorder{r: r, limit: maxStanza}
	return &reader{dec: xml.NewDecoder(rec), rec: rec}
}

// header reads up to and including the stream's start tag.
func (r *reader) header() (xml.StartElement, error) {
	for {
		tok, err := r.dec.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		if start, ok := tok.(xml.StartElement); ok {
			return start.Copy(), nil
		}
	}
}

// next reads one top-level element. The end of the stream is io.EOF.
func (r *reader) next() (*Node, error) {
	for {
		from := r.dec.InputOffset()
		r.rec.forget(from)
		tok, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.EndElement:
			return nil, io.EOF
		case xml.StartElement:
			node, err := r.element(tok)
			if err != nil {
				return nil, err
			}
			node.Raw = r.rec.text(from, r.dec.InputOffset())
			return node, nil
		}
	}
}

// element reads the rest of an element whose start tag was read.
func (r *reader) element(start xml.StartElement) (*Node, error) {
	node := &Node{Name: start.Name, Attrs: start.Copy().Attr}
	for {
		tok, err := r.dec.Token()
		if err != nil {
			return nil, unexpected(err)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			node.Text += string(tok)
		case xml.EndElement:
			return node, nil
		case xml.StartElement:
			child, err := r.element(tok)
			if err != nil {
				return nil, err
			}
			node.Children = append(node.Children, child)
		}
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// recorder keeps what was read since the last stanza, so that a stanza is also
// known as it came.
type recorder struct {
	r     io.Reader
	limit int   // of kept, in bytes
	base  int64 // offset of kept[0] in the stream
	kept  []byte
}

func (r *recorder) Read(p []byte) (int, error) {
	if len(r.kept) > r.limit {
		return 0, errTooBig
	}
	n, err := r.r.Read(p)
	r.kept = append(r.kept, p[:n]...)
	return n, err
}

func (r *recorder) forget(offset int64) {
	r.kept = append(r.kept[:0], r.kept[offset-r.base:]...)
	r.base = offset
}

func (r *recorder) text(from, to int64) string {
	return string(r.kept[from-r.base : to-r.base])
}

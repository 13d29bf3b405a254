package storagetest

import (
	"fmt"
	"reflect"
	"time"

	"isthmus/storage"
)

// sample returns a T each of whose fields, however deep, has a value of its own that is not the zero value. It goes by
// reflection so that a field added to a record is tested, and fails, in every driver that forgets it.
func sample[T any]() T {
	var v T
	n := 0
	fill(reflect.ValueOf(&v).Elem(), &n)
	return v
}

var (
	instants = reflect.TypeFor[time.Time]()
	octets   = reflect.TypeFor[[]byte]()
)

func fill(v reflect.Value, n *int) {
	*n++
	text := fmt.Sprintf("%d: \"é\\' 😀\n{a,NULL}\t<x/>", *n)
	switch {
	case v.Type() == instants:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 4, 5, 6, *n, 123456000, time.UTC)))
	case v.Type() == octets:
		v.SetBytes([]byte{0, 0xff, '\\', byte(*n)})
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(-1<<40 - int64(*n))
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		v.Set(reflect.ValueOf([]string{text, "", text + "2"}))
	case v.Kind() == reflect.Struct:
		for _, f := range v.Fields() {
			fill(f, n)
		}
	default:
		panic("storagetest: no sample for " + v.Type().String())
	}
}

// eachField calls f with a T for each plain field, however deep, that has a value in this field only.
func eachField[T any](f func(path string, one T)) {
	n := 0
	fields(reflect.ValueOf(sample[T]()), "", func(path string, v reflect.Value) {
		var one T
		i := n
		fields(reflect.ValueOf(&one).Elem(), "", func(_ string, f reflect.Value) {
			if i == 0 {
				f.Set(v)
			}
			i--
		})
		n++
		f(path, one)
	})
}

// fields calls f for each plain field of the struct v, however deep.
func fields(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	for t, v := range v.Fields() {
		if path := path + "." + t.Name; v.Kind() == reflect.Struct && v.Type() != instants {
			fields(v, path, f)
		} else {
			f(path, v)
		}
	}
}

func newRoom(jid string) storage.SaveRoom {
	return storage.SaveRoom{Room: storage.RoomRecord{JID: jid, Epoch: 7, Created: time.Unix(1, 0).UTC()}}
}

// said is an event of the room's own.
func said(room string, seq int64) storage.Event {
	return storage.Event{
		Room: room, Origin: room, Epoch: 7, Seq: seq, At: seq << 16, Kind: "message",
		StanzaID: fmt.Sprint(room, "#", seq), Payload: fmt.Appendf(nil, "<body>%d</body>", seq),
	}
}

func appended(events ...storage.Event) (batch []storage.Change) {
	for _, e := range events {
		batch = append(batch, storage.AppendEvent{Event: e})
	}
	return batch
}

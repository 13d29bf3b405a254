// Package browser drives a headless Chromium as people do: they look at a page, click and type.
//
// It speaks Chromium's own protocol (DevTools) over the pipe that Chromium opens for it, one JSON text after the other, each
// ended by a zero byte.
package browser

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"isthmus/cmd/lab/internal/child"
)

// Browser is a running Chromium.
type Browser struct {
	child *child.Child
	pipe  *os.File // what we tell it
	gone  chan struct{}

	mu      sync.Mutex
	last    int
	waiting map[int]chan<- reply
	console map[string][]string // by session
	ended   error
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// said is what comes with Runtime.consoleAPICalled and Runtime.exceptionThrown.
type said struct {
	Type             string
	Args             []struct{ Value, Description any }
	ExceptionDetails exception
}

type exception struct {
	Text      string
	Exception struct{ Description string }
}

func (s said) String() string {
	var words []string
	for _, arg := range s.Args {
		words = append(words, fmt.Sprint(cmp.Or(arg.Value, arg.Description)))
	}
	return strings.TrimSpace(strings.Join(append([]string{s.Type}, words...), " ") + s.ExceptionDetails.Error())
}

func (e exception) Error() string { return e.Text + " " + e.Exception.Description }

// flags keep it to itself: nothing of it asks anybody outside. Without a sandbox it runs for root, too.
var flags = []string{
	"--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
	"--disable-dev-shm-usage", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
	"--lang=en", "--window-size=1280,860", "--hide-scrollbars",
}

// chromium is Debian's.
const chromium = "/usr/bin/chromium"

const stopGrace = 5 * time.Second

// Start runs Chromium; its profile and its log are in dir.
func Start(ctx context.Context, dir string) (*Browser, error) {
	hears, told, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer hears.Close()
	says, said, err := os.Pipe()
	if err != nil {
		told.Close()
		return nil, err
	}
	defer said.Close()
	b := &Browser{pipe: told, gone: make(chan struct{}), waiting: map[int]chan<- reply{}, console: map[string][]string{}}
	b.child, err = child.Start(ctx, child.Spec{
		Path:  chromium,
		Args:  append(flags, "--user-data-dir="+filepath.Join(dir, "profile"), "about:blank"),
		Env:   []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANG=C.UTF-8", "TZ=UTC"},
		Dir:   dir,
		Log:   filepath.Join(dir, "chromium.log"),
		Files: []*os.File{hears, said},
	})
	if err != nil {
		told.Close()
		says.Close()
		return nil, err
	}
	go b.listen(says)
	return b, nil
}

// Close ends Chromium.
func (b *Browser) Close() {
	b.child.Stop(stopGrace)
	<-b.gone
	b.pipe.Close()
}

var errEnded = errors.New("Chromium has ended")

// listen hands replies to who waits for them.
func (b *Browser) listen(from *os.File) {
	defer close(b.gone)
	defer from.Close()
	for r := bufio.NewReader(from); ; {
		text, err := r.ReadBytes(0)
		if err != nil {
			break
		}
		var m struct {
			reply
			ID        int
			Method    string
			SessionID string
			Params    said
		}
		if json.Unmarshal(text[:len(text)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if wanted := b.waiting[m.ID]; wanted != nil {
			wanted <- m.reply
			delete(b.waiting, m.ID)
		}
		if text := m.Params.String(); text != "" {
			b.console[m.SessionID] = append(b.console[m.SessionID], text)
		}
		b.mu.Unlock()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = errEnded
	for id, wanted := range b.waiting {
		close(wanted)
		delete(b.waiting, id)
	}
}

// call asks Chromium, or a page of it, and waits for the reply; result may be nil.
func (b *Browser) call(ctx context.Context, session, method string, params, result any) error {
	answer := make(chan reply, 1)
	b.mu.Lock()
	b.last++
	text, err := json.Marshal(map[string]any{"id": b.last, "sessionId": session, "method": method, "params": params})
	if err = errors.Join(err, b.ended); err == nil {
		b.waiting[b.last] = answer
		_, err = b.pipe.Write(append(text, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r, alive := <-answer:
		if !alive {
			return fmt.Errorf("%s: %w", method, errEnded)
		}
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, context.Cause(ctx))
	}
}

package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Run runs one of the operator's commands: its name, and what it was told by the names of its parameters. It returns lines
// for the operator; an error is one sentence.
type Run func(ctx context.Context, name string, told map[string]string) ([]string, error)

const (
	longestTold = 64 << 10 // bytes of what a command is told
	commandTime = 20 * time.Second
)

// reply is what came of a command.
type reply struct {
	Lines []string `json:"lines,omitempty"`
	Error string   `json:"error,omitempty"`
}

// Handler answers POST /command/NAME. Who reaches it is the operator: it is served on a socket that nobody else can open.
func (run Run) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /command/{name}", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), commandTime)
		defer cancel()
		var told map[string]string
		var said reply
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestTold)).Decode(&told)
		if err == nil {
			said.Lines, err = run(ctx, r.PathValue("name"), told)
		}
		if err != nil {
			said = reply{Error: err.Error()}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(said) // whoever asked may be gone
	})
	return mux
}

// Ask has the daemon behind a socket run a command.
func Ask(ctx context.Context, socket, name string, told map[string]string) ([]string, error) {
	body, err := json.Marshal(told)
	if err != nil {
		return nil, err
	}
	client := http.Client{Timeout: commandTime + answerTime, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://isthmus/command/"+name, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no daemon answers at %s: %w", socket, err)
	}
	defer res.Body.Close()
	var said reply
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&said); err != nil {
		return nil, fmt.Errorf("the daemon at %s is of another version: %w", socket, err)
	}
	if said.Error != "" {
		return nil, errors.New(said.Error)
	}
	return said.Lines, nil
}

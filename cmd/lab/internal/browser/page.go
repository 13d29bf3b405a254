package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// Page is a page in a browser that is somebody's own: nothing that one page keeps is seen by another.
type Page struct {
	b       *Browser
	session string
}

type object = map[string]any

// Open opens a page and returns without waiting for what is on it.
func (b *Browser) Open(ctx context.Context, url string) (*Page, error) {
	var own struct{ BrowserContextID, TargetID, SessionID string }
	for _, step := range []struct {
		method string
		params func() object
	}{
		{"Target.createBrowserContext", func() object { return object{} }},
		{"Target.createTarget", func() object { return object{"url": "about:blank", "browserContextId": own.BrowserContextID} }},
		{"Target.attachToTarget", func() object { return object{"targetId": own.TargetID, "flatten": true} }},
	} {
		if err := b.call(ctx, "", step.method, step.params(), &own); err != nil {
			return nil, err
		}
	}
	p := &Page{b, own.SessionID}
	if err := p.call(ctx, "Runtime.enable", object{}, nil); err != nil {
		return nil, err
	}
	return p, p.call(ctx, "Page.navigate", object{"url": url}, nil)
}

func (p *Page) call(ctx context.Context, method string, params object, result any) error {
	return p.b.call(ctx, p.session, method, params, result)
}

// Eval runs an expression of JavaScript in the page, waits for it where it is a promise, and decodes its value; result may be
// nil.
func (p *Page) Eval(ctx context.Context, expression string, result any) error {
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *exception
	}
	err := p.call(ctx, "Runtime.evaluate", object{"expression": expression, "awaitPromise": true, "returnByValue": true}, &r)
	if err != nil {
		return err
	}
	if r.ExceptionDetails != nil {
		return fmt.Errorf("%s: %w", expression, r.ExceptionDetails)
	}
	if result == nil || r.Result.Value == nil {
		return nil
	}
	return json.Unmarshal(r.Result.Value, result)
}

// lookEvery is how often a page is looked at by who waits for something in it.
const lookEvery = 50 * time.Millisecond

// Wait returns once an expression is true.
func (p *Page) Wait(ctx context.Context, expression string) error {
	var is bool
	return p.poll(ctx, "Boolean("+expression+")", &is, func() bool { return is })
}

// poll evaluates an expression again and again until its value will do.
func (p *Page) poll(ctx context.Context, expression string, value any, enough func() bool) error {
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		if err := p.Eval(ctx, expression, value); err != nil && ctx.Err() == nil {
			return err
		}
		if enough() {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("in vain: %s: %w", expression, context.Cause(ctx))
		}
	}
}

// found is the first visible element that a selector finds and whose text has text in it.
func found(selector, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%s)].find(e => e.checkVisibility() && e.textContent.includes(%s))`,
		quote(selector), quote(text))
}

// See returns once there is something visible, found by a selector, with text in it.
func (p *Page) See(ctx context.Context, selector, text string) error {
	return p.Wait(ctx, found(selector, text))
}

// middle is where to click on an element: nothing else may lie over it, and it may not move.
const middle = `(async e => {
	if (!e) return null;
	e.scrollIntoView({block: "nearest", behavior: "instant"});
	const before = e.getBoundingClientRect();
	await new Promise(requestAnimationFrame);
	const r = e.getBoundingClientRect();
	const at = {x: r.x + r.width / 2, y: r.y + r.height / 2};
	return r.x === before.x && r.y === before.y && e.contains(document.elementFromPoint(at.x, at.y)) ? at : null;
})`

// Click waits for something that can be clicked, and clicks into the middle of it.
func (p *Page) Click(ctx context.Context, selector, text string) error {
	at, err := p.middle(ctx, selector, text)
	if err != nil {
		return err
	}
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		if err := p.mouse(ctx, kind, at, object{"button": "left", "clickCount": 1}); err != nil {
			return err
		}
	}
	return nil
}

// Wheel turns the mouse's wheel over something, by that many pixels; less than none is upwards.
func (p *Page) Wheel(ctx context.Context, selector string, by int) error {
	at, err := p.middle(ctx, selector, "")
	if err != nil {
		return err
	}
	return p.mouse(ctx, "mouseWheel", at, object{"deltaX": 0, "deltaY": by})
}

type point struct{ X, Y float64 }

func (p *Page) middle(ctx context.Context, selector, text string) (point, error) {
	var at *point
	err := p.poll(ctx, middle+"("+found(selector, text)+")", &at, func() bool { return at != nil })
	if err != nil {
		return point{}, err
	}
	return *at, nil
}

func (p *Page) mouse(ctx context.Context, kind string, at point, more object) error {
	more["type"], more["x"], more["y"] = kind, at.X, at.Y
	return p.call(ctx, "Input.dispatchMouseEvent", more, nil)
}

// Type types a text into what has the focus, and the key Enter for each newline.
func (p *Page) Type(ctx context.Context, text string) error {
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			for _, kind := range []string{"keyDown", "keyUp"} {
				key := object{"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
				if err := p.call(ctx, "Input.dispatchKeyEvent", key, nil); err != nil {
					return err
				}
			}
		}
		if line != "" {
			if err := p.call(ctx, "Input.insertText", object{"text": line}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// Screenshot writes what can be seen into a PNG file.
func (p *Page) Screenshot(ctx context.Context, file string) error {
	var shot struct{ Data []byte }
	if err := p.call(ctx, "Page.captureScreenshot", object{"format": "png"}, &shot); err != nil {
		return err
	}
	return os.WriteFile(file, shot.Data, 0o644)
}

// Console is what the page has said there, and the exceptions that nobody caught.
func (p *Page) Console() []string {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	return append([]string(nil), p.b.console[p.session]...)
}

func quote(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

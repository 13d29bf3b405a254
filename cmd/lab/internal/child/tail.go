package child

import (
	"fmt"
	"os"
)

// Tail returns the last bytes of a log file, at most n, for a report of what
// went wrong. A file that cannot be read says so instead.
func Tail(path string, n int64) string {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Sprintf("(no log: %v)", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Sprintf("(no log: %v)", err)
	}
	from := max(0, info.Size()-n)
	text := make([]byte, info.Size()-from)
	read, _ := f.ReadAt(text, from)
	return string(text[:read])
}

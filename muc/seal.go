package muc

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"isthmus/component/stanza"
)

// sealID makes an id that carries who asked, whom, and under which id, so that nothing need be remembered. Nobody can make
// one up, and nobody can read in it whose query it is (R5). xep:0045#bizrules-iq
func (r *Room) sealID(asker, asked stanza.JID, id string) string {
	plain := []byte(asker.String() + "\x00" + asked.Bare().String() + "\x00" + id)
	mac := r.seal("mac", plain)[:aes.BlockSize]
	return base64.RawURLEncoding.EncodeToString(append(mac, r.cover(mac, plain)...)) // #nosec G407 -- made of the text
}

// openID reads the id of an answer. One from somebody else than was asked is none; servers answer for their users.
func (r *Room) openID(answer *stanza.Stanza) (asker stanza.JID, id string, ok bool) {
	p, err := base64.RawURLEncoding.DecodeString(answer.ID)
	if err != nil || len(p) < aes.BlockSize {
		return stanza.JID{}, "", false
	}
	mac := p[:aes.BlockSize]
	plain := r.cover(mac, p[aes.BlockSize:]) // #nosec G407 -- it came with the text
	if !hmac.Equal(mac, r.seal("mac", plain)[:aes.BlockSize]) {
		return stanza.JID{}, "", false
	}
	part := strings.SplitN(string(plain), "\x00", 3)
	if len(part) != 3 || !answersFor(answer.From, part[1]) {
		return stanza.JID{}, "", false
	}
	asker, err = stanza.ParseJID(part[0])
	return asker, part[2], err == nil
}

func answersFor(from stanza.JID, asked string) bool {
	j, err := stanza.ParseJID(asked)
	return err == nil && (from.Bare() == j || from == stanza.JID{Domain: j.Domain})
}

// cover hides a text, and uncovers a hidden one. Its authentication code is the initial vector, as in RFC 5297: no random
// source is needed (R1), and different texts never share a key stream.
func (r *Room) cover(mac, text []byte) []byte {
	block, err := aes.NewCipher(r.seal("key", nil))
	if err != nil {
		panic(err) // 32 bytes are always a key
	}
	out := make([]byte, len(text))
	cipher.NewCTR(block, mac).XORKeyStream(out, text)
	return out
}

// Token names the room to those who are told it, and to nobody else.
func (r *Room) Token() string {
	return base64.RawURLEncoding.EncodeToString(r.seal("token", []byte(r.me))[:9])
}

// seal is what only this room can compute.
func (r *Room) seal(use string, text []byte) []byte {
	h := hmac.New(sha256.New, r.rec.Secret)
	h.Write([]byte("iq " + use + "\x00"))
	h.Write(text)
	return h.Sum(nil)
}

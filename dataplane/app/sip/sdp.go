package sip

import (
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
)

// line is `letter=value` of a description; media is 0 for those of the session,
// else which media they belong to.
type line struct {
	letter byte
	media  uint16
	value  span
}

// describe reads the session description that begins at an offset of the text.
func (t *Tx) describe(at int) {
	media := uint16(0)
	for at < len(t.text) {
		l, n := cutLine(t.text[at:])
		if len(l) > 1 && l[1] == '=' && 'a' <= l[0] && l[0] <= 'z' {
			if len(t.lines) == maxLines {
				return
			}
			if l[0] == 'm' {
				media++
			}
			t.lines = t.sh.lines.Append(t.lines, line{l[0], media, span{uint32(at + 2), uint32(len(l) - 2)}})
		}
		at += n
	}
}

// part says which lines of a description a buffer shows.
type part struct {
	letter                   byte
	ofSession, ofMedia, many bool
}

// partOf is what a buffer shows; letter 0: it is none of SDP's.
func partOf(id buf.ID) part {
	switch id {
	case buf.SDPOrigin:
		return part{letter: 'o', ofSession: true}
	case buf.SDPSessionName:
		return part{letter: 's', ofSession: true}
	case buf.SDPSessionInfo:
		return part{letter: 'i', ofSession: true}
	case buf.SDPURI:
		return part{letter: 'u', ofSession: true}
	case buf.SDPEmail:
		return part{letter: 'e', ofSession: true}
	case buf.SDPPhoneNumber:
		return part{letter: 'p', ofSession: true}
	case buf.SDPConnectionData:
		return part{letter: 'c', ofSession: true}
	case buf.SDPTimezone:
		return part{letter: 'z', ofSession: true}
	case buf.SDPEncryptionKey:
		return part{letter: 'k', ofSession: true}
	case buf.SDPTime:
		return part{letter: 't', ofSession: true, many: true}
	case buf.SDPRepeatTime:
		return part{letter: 'r', ofSession: true, many: true}
	case buf.SDPBandwidth:
		return part{letter: 'b', ofSession: true, ofMedia: true, many: true}
	case buf.SDPAttribute:
		return part{letter: 'a', ofSession: true, ofMedia: true, many: true}
	case buf.SDPMediaMedia:
		return part{letter: 'm', ofMedia: true, many: true}
	case buf.SDPMediaMediaInfo, buf.SDPMediaSessionInfo:
		return part{letter: 'i', ofMedia: true, many: true}
	case buf.SDPMediaConnectionData:
		return part{letter: 'c', ofMedia: true, many: true}
	case buf.SDPMediaEncryptionKey:
		return part{letter: 'k', ofMedia: true, many: true}
	}
	return part{}
}

// nth is the i-th line that a buffer shows.
func (t *Tx) nth(p part, i int) ([]byte, bool) {
	if i > 0 && !p.many {
		return nil, false
	}
	for k := range t.lines {
		l := &t.lines[k]
		if l.letter != p.letter || l.media == 0 && !p.ofSession || l.media > 0 && !p.ofMedia {
			continue
		}
		if i == 0 {
			return t.octets(l.value), true
		}
		i--
	}
	return nil, false
}

// session are the letters of a session's single members and their keys.
var session = [...]struct {
	letter byte
	key    string
}{{'v', "version"}, {'o', "origin"}, {'s', "session_name"}, {'i', "session_info"}, {'u', "uri"}, {'e', "email"}, {'p', "phone_number"},
	{'c', "connection_data"}, {'z', "timezone"}, {'k', "encryption_key"}}

// sdp writes the description.
func (t *Tx) sdp(w *event.Writer) {
	w.Obj("sdp")
	for _, s := range session {
		if v, ok := t.nth(part{letter: s.letter, ofSession: true}, 0); ok {
			w.Str(s.key, v)
		}
	}
	t.list(w, "bandwidths", 'b', 0)
	open := false
	for k := range t.lines {
		l := &t.lines[k]
		if l.letter != 't' || l.media > 0 {
			continue
		}
		if !open {
			w.Arr("time_descriptions")
			open = true
		}
		w.Obj("")
		w.Str("time", t.octets(l.value))
		for k++; k < len(t.lines) && t.lines[k].letter == 'r'; k++ {
			w.Str("repeat_time", t.octets(t.lines[k].value))
			break
		}
		w.End()
	}
	if open {
		w.End()
	}
	t.list(w, "attributes", 'a', 0)
	open = false
	for k := range t.lines {
		l := &t.lines[k]
		if l.letter != 'm' {
			continue
		}
		if !open {
			w.Arr("media_descriptions")
			open = true
		}
		w.Obj("")
		w.Str("media", t.octets(l.value))
		t.one(w, "media_info", 'i', l.media)
		t.list(w, "bandwidths", 'b', l.media)
		t.one(w, "connection_data", 'c', l.media)
		t.one(w, "encryption_key", 'k', l.media)
		t.list(w, "attributes", 'a', l.media)
		w.End()
	}
	if open {
		w.End()
	}
	w.End()
}

func (t *Tx) one(w *event.Writer, key string, letter byte, media uint16) {
	for k := range t.lines {
		if l := &t.lines[k]; l.letter == letter && l.media == media {
			w.Str(key, t.octets(l.value))
			return
		}
	}
}

func (t *Tx) list(w *event.Writer, key string, letter byte, media uint16) {
	open := false
	for k := range t.lines {
		l := &t.lines[k]
		if l.letter != letter || l.media != media {
			continue
		}
		if !open {
			w.Arr(key)
			open = true
		}
		w.Str("", t.octets(l.value))
	}
	if open {
		w.End()
	}
}

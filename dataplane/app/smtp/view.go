package smtp

import (
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// fieldOf is the header field behind a buffer of email; empty for none.
func fieldOf(id buf.ID) string {
	switch id {
	case buf.EmailFrom:
		return "from"
	case buf.EmailTo:
		return "to"
	case buf.EmailCC:
		return "cc"
	case buf.EmailSubject:
		return "subject"
	case buf.EmailDate:
		return "date"
	case buf.EmailMessageID:
		return "message-id"
	case buf.EmailXMailer:
		return "x-mailer"
	case buf.EmailReceived:
		return "received"
	}
	return ""
}

// View is a buffer of the client's side.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if d != input.ToServer || t.s == nil {
		return none
	}
	begun := t.clientDone || t.msg != nil
	switch id {
	case buf.SMTPHelo:
		return input.Whole(t.s.helo, i == 0 && len(t.s.helo) > 0, i > 0 || begun)
	case buf.SMTPMailFrom:
		return input.Whole(t.octets(t.from), i == 0 && t.hasFrom, i > 0 || begun)
	case buf.SMTPRcptTo:
		if i < len(t.rcpts) {
			return input.Whole(t.octets(t.rcpts[i]), true, true)
		}
		return input.Whole(nil, false, begun)
	case buf.FileData, buf.FileName, buf.FileMagic:
		return t.fileView(id, i)
	case buf.EmailURL:
		if t.msg == nil {
			return input.Whole(nil, false, t.clientDone)
		}
		return input.Whole(t.msg.URL(i), i < t.msg.URLs(), t.msg.Done())
	case buf.EmailBodyMD5:
		if t.msg == nil {
			return input.Whole(nil, false, t.clientDone)
		}
		sum := t.msg.BodyMD5()
		return input.Whole(sum, i == 0 && len(sum) > 0, i > 0 || t.msg.Done())
	}
	name := fieldOf(id)
	if name == "" || i > 0 && id != buf.EmailReceived {
		return none
	}
	if t.msg == nil {
		return input.Whole(nil, false, t.clientDone)
	}
	if !t.msg.HeaderDone() {
		return input.View{Avail: input.Wait}
	}
	v, ok := t.msg.Field(name, i)
	return input.Whole(v, ok && len(v) > 0, true)
}

var none = input.View{Avail: input.None}

// fileView is attachment i.
func (t *Tx) fileView(id buf.ID, i int) input.View {
	if i >= len(t.files) {
		return input.Whole(nil, false, t.clientDone)
	}
	if f := t.files[i]; id == buf.FileData && f.State == file.Opened && f.Size < uint64(t.s.sh.opt.InspectFrom) {
		return input.View{Avail: input.Wait}
	}
	return t.files[i].ViewOf(id)
}

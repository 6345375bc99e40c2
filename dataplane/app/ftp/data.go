package ftp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/expect"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// dataState parses a data connection: it is one file, or a listing.
type dataState struct {
	sh  *shared
	tx  dataTx
	exp expect.Entry
	// begun: the transaction was made.
	begun bool
}

// Reset makes the state as new.
func (s *dataState) Reset() {
	*s = dataState{sh: s.sh}
	s.tx.s = s
}

// Expected tells what the control connection announced.
func (s *dataState) Expected(e *expect.Entry) { s.exp = *e }

// Parse reads one direction's octets; those against the file's direction say
// nothing.
func (s *dataState) Parse(c *app.Call) (int, app.Status) {
	if s.exp.Dir == input.DirUnknown {
		return 0, app.Failed
	}
	if !s.begun {
		id, ok := c.Flow.NewTx(&s.tx)
		if !ok {
			return 0, app.Failed
		}
		s.begun, s.tx.id = true, id
	}
	t := &s.tx
	if c.Dir == s.exp.Dir && !t.over {
		if t.file == nil && t.files == 0 && !t.listing() {
			if t.file = s.sh.env.Files.Open(c.Dir, 0, s.exp.Name(), nil); t.file != nil {
				t.one[0], t.files = t.file, 1
			}
		}
		if f := t.file; f != nil {
			if f.Size >= uint64(s.sh.opt.InspectFrom) {
				f.Begin()
			}
			if c.Gap > 0 {
				f.Gap(c.Gap)
			}
			f.Append(c.Data)
		}
		if c.EOF {
			t.end(file.Closed)
		}
	}
	return len(c.Data), app.OK
}

// dataTx is the file's transfer.
type dataTx struct {
	s      *dataState
	id     uint64
	det    input.TxDetect
	file   *file.File
	one    [1]*file.File
	files  int
	over   bool
	logged bool
}

// listing reports whether names are sent, and no file.
func (t *dataTx) listing() bool { return command(t.s.exp.Command).listing() }

func (t *dataTx) end(s file.State) {
	if t.file != nil {
		t.file.Close(s)
	}
	t.over = true
}

// Done reports whether the transfer is over.
func (t *dataTx) Done(input.Dir) bool { return t.over }

// Progress has no steps but the file's.
func (t *dataTx) Progress(input.Dir) uint8 {
	switch {
	case t.over:
		return input.Complete
	case t.file != nil:
		return uint8(buf.Body)
	}
	return uint8(buf.Start)
}

// View is the file.
func (t *dataTx) View(id buf.ID, d input.Dir, i int) input.View {
	f := t.file
	switch {
	case i > 0 || d != t.s.exp.Dir || f == nil && (t.over || t.listing()):
		return input.View{Avail: input.None}
	case f == nil:
		return input.View{Avail: input.Wait}
	case id == buf.FileData && f.State == file.Opened && f.Size < uint64(t.s.sh.opt.InspectFrom):
		return input.View{Avail: input.Wait}
	}
	return f.ViewOf(id)
}

// Num is the size of the file, or the command.
func (t *dataTx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if i > 0 {
		return 0, input.None
	}
	switch id {
	case buf.FieldFTPDataCommand:
		return uint64(t.s.exp.Command) - uint64(cmdRetr) + 1, input.Done
	case buf.FieldFileSize:
		switch f := t.file; {
		case d != t.s.exp.Dir || f == nil && (t.over || t.listing()):
		case f == nil:
			return 0, input.Wait
		case f.State == file.Opened:
			return f.Size, input.More
		default:
			return f.Size, input.Done
		}
	}
	return 0, input.None
}

// Event: there are none.
func (t *dataTx) Event(uint16) bool { return false }

// Detect is the engine's record.
func (t *dataTx) Detect() *input.TxDetect { return &t.det }

// ID is 0.
func (t *dataTx) ID() uint64 { return t.id }

// Files is the file.
func (t *dataTx) Files() []*file.File { return t.one[:t.files] }

// LogReady is true once, when the transfer is over.
func (t *dataTx) LogReady() bool { return t.over && !t.logged }

// Log writes the event, once.
func (t *dataTx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged {
		return false
	}
	t.logged = true
	w.EventType("ftp_data")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *dataTx) Meta(w *event.Writer) {
	w.Obj("ftp_data")
	if n := t.s.exp.Name(); len(n) > 0 {
		w.Str("filename", n)
	}
	if c := command(t.s.exp.Command); c < numActed {
		w.StrConst("command", names[c])
	}
	w.End()
}

// Release gives the file back.
func (t *dataTx) Release() {
	if t.files > 0 {
		t.s.sh.env.Files.Put(t.file)
	}
	*t = dataTx{s: t.s, over: true, logged: true}
}

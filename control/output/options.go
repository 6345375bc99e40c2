package output

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/eve"
)

// Options describe one output.
type Options struct {
	// Format is eve, fast or stats.
	Format string
	// Filetype is regular, stdout, syslog, unix_stream or unix_dgram.
	Filetype string
	// Filename stands in Dir unless it is absolute.
	Dir, Filename string
	Append        bool
	// Rotate says when a new file is begun.
	Rotate Interval
	Mode   os.FileMode
	// Prefix stands before every line (@cee: ).
	Prefix string
	// Identity, Facility and Level are for syslog.
	Identity, Facility, Level string

	// Types says which event types an eve output writes, by their names in
	// eve-log's types (alert, drop, flow, files, dns, …). weir's own types finding
	// and block are written unless they are set to false.
	Types map[string]bool
	// AnomalyDecode, AnomalyStream and AnomalyAppLayer split the type anomaly.
	AnomalyDecode, AnomalyStream, AnomalyAppLayer bool
	// TaggedPackets writes packet events beside alerts.
	TaggedPackets bool

	Encode eve.Options
	// NameCapture asks for the name of the capture in every event; who replays one
	// sets Encode.PcapFile.
	NameCapture bool
}

// path is where a file or socket is.
func (o *Options) path() string {
	if o.Dir == "" || filepath.IsAbs(o.Filename) {
		return o.Filename
	}
	return filepath.Join(o.Dir, o.Filename)
}

// openSink opens what the options name.
func (o *Options) openSink(report Report) (Sink, error) {
	switch o.Filetype {
	case "", "regular":
		if o.Filename == "" {
			return nil, fmt.Errorf("output: %s: no file name", o.Format)
		}
		return OpenFile(o.path(), o.Append, o.Mode, o.Rotate, report)
	case "stdout":
		return Stdout(report), nil
	case "syslog":
		return OpenSyslog(o.Identity, o.Facility, o.Level, report)
	case "unix_stream", "unix_dgram":
		return OpenSocket(o.Filetype, o.path(), report)
	}
	return nil, fmt.Errorf("output: file type %q is none of regular, stdout, syslog, unix_stream, unix_dgram", o.Filetype)
}

// eveLog formats records as EVE JSON.
type eveLog struct {
	enc  *eve.Encoder
	opts *Options
	// kinds has what is known without a look into the body.
	kinds [event.NumKinds]bool
}

func newEveLog(o *Options, names eve.Names, stamp *eve.Stamp) *eveLog {
	l := &eveLog{enc: eve.NewEncoder(names, o.Encode, stamp), opts: o}
	for k := range event.NumKinds {
		name := k.String()
		switch k {
		case event.KindNone, event.KindFileData, event.KindState, event.KindCerts:
			continue
		case event.KindTx:
			l.kinds[k] = true // by name, see want
		case event.KindFileInfo:
			l.kinds[k] = o.Types["files"] || o.Types[name]
		case event.KindPacket:
			l.kinds[k] = o.Types["alert"] && o.TaggedPackets
		case event.KindFinding, event.KindBlock:
			on, set := o.Types[name]
			l.kinds[k] = on || !set
		default:
			l.kinds[k] = o.Types[name]
		}
	}
	return l
}

// want says whether this output writes a record.
func (l *eveLog) want(rec *event.Record) bool {
	k := rec.Head.Kind
	if k >= event.NumKinds || !l.kinds[k] {
		return false
	}
	var m event.Member
	switch k {
	case event.KindTx:
		c := event.NewCursor(rec.Body)
		return c.Next(&m) && string(m.Key) == event.EventTypeKey && l.opts.Types[string(m.Bytes)]
	case event.KindAnomaly:
		c := event.NewCursor(rec.Body)
		for c.Next(&m) {
			if string(m.Key) != "type" || m.Type != event.TypeStr {
				continue
			}
			switch string(m.Bytes) {
			case event.AnomalyDecode:
				return l.opts.AnomalyDecode
			case event.AnomalyStream:
				return l.opts.AnomalyStream
			}
			return l.opts.AnomalyAppLayer
		}
	}
	return true
}

func (l *eveLog) append(dst []byte, rec *event.Record) ([]byte, bool) { return l.enc.Append(dst, rec) }

package output

import (
	"strconv"
	"time"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/eve"
)

// fastLog formats alerts as the one-line text that fast.log has.
type fastLog struct {
	names eve.Names
}

func (f *fastLog) want(rec *event.Record) bool {
	return rec.Head.Kind == event.KindAlert && rec.Head.Flags&event.HasRule != 0
}

func (f *fastLog) append(dst []byte, rec *event.Record) ([]byte, bool) {
	h := &rec.Head
	r := f.names.Rule(h.Generation, h.RuleIndex)
	if r == nil {
		return dst, false
	}
	dst = time.UnixMicro(h.TimeUS).AppendFormat(dst, "01/02/2006-15:04:05.000000")
	dst = append(dst, "  "...)
	switch {
	case eve.Blocked(h):
		dst = append(dst, "[Drop] "...)
	case h.Action&event.ActionDrop != 0:
		dst = append(dst, "[wDrop] "...)
	}
	dst = append(dst, "[**] ["...)
	dst = strconv.AppendUint(dst, uint64(r.GID), 10)
	dst = strconv.AppendUint(append(dst, ':'), uint64(r.SID), 10)
	dst = strconv.AppendUint(append(dst, ':'), uint64(r.Rev), 10)
	dst = append(dst, "] "...)
	dst = append(dst, r.Msg...)
	dst = append(dst, " [**] [Classification: "...)
	if r.Category == "" {
		dst = append(dst, "(null)"...)
	}
	dst = append(dst, r.Category...)
	dst = append(dst, "] [Priority: "...)
	dst = strconv.AppendUint(dst, uint64(r.Priority), 10)
	dst = append(dst, ']')
	if h.IPVersion != 4 && h.IPVersion != 6 {
		return dst, true
	}
	dst = append(dst, " {"...)
	if n := event.ProtoName(h.Proto); n != "" {
		dst = append(dst, n...)
	} else {
		dst = strconv.AppendUint(append(dst, "PROTO:"...), uint64(h.Proto), 10)
	}
	sp, dp := uint64(h.SrcPort), uint64(h.DstPort)
	if h.Flags&event.HasICMP != 0 {
		sp, dp = uint64(h.ICMPType), uint64(h.ICMPCode)
	}
	n := 16
	if h.IPVersion == 4 {
		n = 4
	}
	dst = eve.AppendIP(append(dst, "} "...), h.Src[:n], false)
	dst = strconv.AppendUint(append(dst, ':'), sp, 10)
	dst = eve.AppendIP(append(dst, " -> "...), h.Dst[:n], false)
	return strconv.AppendUint(append(dst, ':'), dp, 10), true
}

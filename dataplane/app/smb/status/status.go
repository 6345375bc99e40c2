package status

import (
	_ "embed"
	"sort"
	"strconv"
	"strings"
)

// Values that parsers act on.
const (
	Success                uint32 = 0
	Pending                uint32 = 0x00000103
	BufferOverflow         uint32 = 0x80000005
	EndOfFile              uint32 = 0xc0000011
	MoreProcessingRequired uint32 = 0xc0000016
)

// ntstatus.txt has a value in hexadecimal and a name without STATUS_ in each line,
// the values in order.
//
//go:embed ntstatus.txt
var list string

var codes, names = load(list)

func load(list string) (codes []uint32, names []string) {
	for line := range strings.Lines(list) {
		code, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if v, err := strconv.ParseUint(code, 16, 32); err == nil {
			codes, names = append(codes, uint32(v)), append(names, "STATUS_"+name)
		}
	}
	return codes, names
}

// NT is the name of an NT status; empty when it has none.
func NT(code uint32) string {
	i := sort.Search(len(codes), func(i int) bool { return codes[i] >= code })
	if i < len(codes) && codes[i] == code {
		return names[i]
	}
	return ""
}

// Error classes of SMB1.
const (
	ClassDOS uint8 = 1
	ClassSRV uint8 = 2
)

// DOS is the name of an error of class ClassDOS or ClassSRV; empty when it has none.
func DOS(class uint8, code uint16) string {
	t := dosErrors
	if class == ClassSRV {
		t = srvErrors
	} else if class != ClassDOS {
		return ""
	}
	i := sort.Search(len(t), func(i int) bool { return t[i].code >= code })
	if i < len(t) && t[i].code == code {
		return t[i].name
	}
	return ""
}

type dosError struct {
	code uint16
	name string
}

var dosErrors = []dosError{{0, "DOS_SUCCESS"}, {1, "DOS_BADFUNC"}, {2, "DOS_BADFILE"}, {3, "DOS_BADPATH"}, {4, "DOS_TOMANYFILES"}, {5, "DOS_NOACCESS"},
	{6, "DOS_BADFID"}, {7, "DOS_BADMCB"}, {8, "DOS_INSUFFICIENTMEMORY"}, {9, "DOS_INVALIDMEMORYBLOCKADDRESS"}, {10, "DOS_BADENVIRONMENT"},
	{11, "DOS_BADFORMAT"}, {12, "DOS_BADACCESS"}, {13, "DOS_BADDATA"}, {15, "DOS_BADDRIVE"}, {16, "DOS_REMOVECURRENTDIRECTORY"},
	{17, "DOS_DIFFERENTDEVICE"}, {18, "DOS_NOFILES"}, {31, "DOS_GENERAL"}, {32, "DOS_BADSHARE"}, {33, "DOS_LOCK"}, {50, "DOS_UNSUPPORTED"},
	{67, "DOS_NOSUCHSHARE"}, {80, "DOS_FILEXISTS"}, {87, "DOS_INVALIDPARAM"}, {110, "DOS_CANNOTOPEN"}, {122, "DOS_INSUFFICIENTBUFFER"},
	{123, "DOS_INVALIDNAME"}, {124, "DOS_UNKNOWNLEVEL"}, {158, "DOS_NOTLOCKED"}, {173, "DOS_CANCELVIOLATION"},
	{174, "DOS_NOATOMICLOCKS"}, {183, "DOS_ALREADYEXISTS"}, {230, "DOS_BADPIPE"}, {231, "DOS_PIPEBUSY"}, {232, "DOS_PIPECLOSING"},
	{233, "DOS_NOTCONNECTED"}, {234, "DOS_MOREDATA"}}

var srvErrors = []dosError{{1, "SRV_ERROR"}, {2, "SRV_BADPW"}, {4, "SRV_ACCESS"}, {5, "SRV_BADTID"}, {6, "SRV_BADNETNAME"}, {7, "SRV_BADDEVICE"},
	{49, "SRV_QFULL"}, {50, "SRV_QTOOBIG"}, {51, "SRV_QEOF"}, {52, "SRV_BADPRINTFID"}, {64, "SRV_BADCOMMAND"}, {65, "SRV_INTERNALERROR"},
	{67, "SRV_FILESPEC"}, {69, "SRV_BADPERMITS"}, {71, "SRV_SETATTRMODE"}, {80, "SRV_TIMEOUT"}, {81, "SRV_PAUSED"}, {82, "SRV_MSGOFF"},
	{83, "SRV_NOROOM"}, {87, "SRV_MOREUIDS"}, {88, "SRV_BADLANMAN"}, {89, "SRV_TOOLOWRESOURCES"}, {90, "SRV_TOOMANYUIDS"}, {91, "SRV_BADUID"},
	{250, "SRV_USEMPX"}, {251, "SRV_USESTD"}, {252, "SRV_CONTMPX"}, {65535, "SRV_NOSUPPORT"}}

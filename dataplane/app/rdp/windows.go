package rdp

// system is the release of Windows that a client's build belongs to.
func system(build uint32) string {
	for i := range builds {
		if builds[i].number == build {
			return builds[i].name
		}
	}
	return ""
}

var builds = [...]struct {
	number uint32
	name   string
}{
	{528, "Windows NT 3.1"}, {807, "Windows NT 3.5"}, {1057, "Windows NT 3.51"}, {1381, "Windows NT 4.0"}, {2195, "Windows 2000"},
	{2600, "Windows XP"}, {3790, "Windows Server 2003"}, {6000, "Windows Vista RTM"}, {6001, "Windows Vista SP1"},
	{6002, "Windows Vista SP2"}, {7600, "Windows 7 RTM"}, {7601, "Windows 7 SP1"}, {9200, "Windows 8"}, {9600, "Windows 8.1"},
	{10240, "Windows 10 TH1"}, {10586, "Windows 10 TH2"}, {14393, "Windows 10 RS1"}, {15063, "Windows 10 RS2"},
	{16299, "Windows 10 RS3"}, {17134, "Windows 10 RS4"}, {17763, "Windows 10 RS5"},
}

// locale is the name of a language identifier (MS-LCID section 2.2): the language in
// the low ten bits, where it is spoken or how it is written above them.
func locale(id uint32) string {
	lang, sub := id&0x3ff, id>>10
	if lang >= uint32(len(languages)) || sub >= 1<<6 {
		return ""
	}
	l := &languages[lang]
	if sub == 0 {
		return l.neutral
	}
	for i := range l.places {
		if l.places[i].sub == uint8(sub) {
			return l.places[i].name
		}
	}
	return ""
}

type place struct {
	sub  uint8
	name string
}

type language struct {
	neutral string
	places  []place
}

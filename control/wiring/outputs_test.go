package wiring

import (
	"testing"

	"github.com/weir-ips/weir/control/config"
)

func TestStatsNulls(t *testing.T) {
	for types, want := range map[string]bool{
		"        - stats\n":                     true,
		"        - stats: {null-values: no}\n":  false,
		"        - stats: {null-values: yes}\n": true,
		"        - alert\n        - flow\n":     false,
	} {
		c, _, err := config.Parse("test.yaml", []byte(eveTypesOf(types)), config.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := c.Sections()
		if err != nil {
			t.Fatal(err)
		}
		if o := Outputs(s, t.TempDir()); len(o) == 0 || o[0].Encode.Stats.Nulls != want {
			t.Errorf("%q: %+v", types, o)
		}
	}
}

// What a protocol's transactions are logged as comes through to the output whose
// types name the protocol.
func TestEventsOfTypes(t *testing.T) {
	for typ, event := range map[string]string{"ftp": "ftp_data", "bittorrent-dht": "bittorrent_dht", "tftp": "tftp"} {
		c, _, err := config.Parse("test.yaml", []byte(eveTypesOf("        - "+typ+"\n")), config.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := c.Sections()
		if err != nil {
			t.Fatal(err)
		}
		if o := Outputs(s, t.TempDir()); len(o) == 0 || !o[0].Types[event] {
			t.Errorf("%s: %+v", typ, o)
		}
	}
}

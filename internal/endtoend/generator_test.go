package endtoend

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The generator in one process, weir in another, virtio_user and vhost between
// them: frames of both directions come out of the other port. How many is no
// matter of this machine's.
func TestGenerator(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.json")
	c := exec.Command("../../bench/pktgen.sh", report)
	c.Env = append(os.Environ(), "SIZES=64,imix", "TRIAL=0.1", "STEPS=1", "PKTGEN=", "WEIR="+binary)
	out, err := c.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var rep struct {
		Rows []struct {
			Size string
			Loss []struct{ Sent, Received uint64 }
		}
	}
	if err := json.Unmarshal(b, &rep); err != nil {
		t.Fatal(err)
	}
	if len(rep.Rows) != 2 || rep.Rows[1].Size != "imix" {
		t.Fatalf("%+v", rep)
	}
	for _, row := range rep.Rows {
		sent, got := uint64(0), uint64(0)
		for _, l := range row.Loss {
			sent, got = sent+l.Sent, got+l.Received
		}
		if sent == 0 || got == 0 || got > sent {
			t.Errorf("%s octets: %d sent, %d received", row.Size, sent, got)
		}
	}
}

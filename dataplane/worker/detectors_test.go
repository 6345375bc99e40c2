package worker

import (
	"testing"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/match/input"
)

// Rules name detectors by a list of their own, so that the match engine needs
// nothing of the detectors.
func TestRulesAndDetectorsAgreeOnNames(t *testing.T) {
	if len(input.DetectorNames) != int(anomaly.NumDetectors) {
		t.Fatalf("rules know %d detectors, there are %d", len(input.DetectorNames), anomaly.NumDetectors)
	}
	for i, name := range input.DetectorNames {
		if d := anomaly.Detectors[i].Name; d != name {
			t.Errorf("detector %d is %q to rules and %q to itself", i, name, d)
		}
	}
}

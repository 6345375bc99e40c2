package wiring

import (
	"path/filepath"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/output"
)

// certStore is the section of the store of certificates, nil when it is off.
func certStore(s *config.Sections) *config.TLSStore {
	for i := range s.Outputs.TLSStore {
		if t := &s.Outputs.TLSStore[i]; t.Enabled {
			return t
		}
	}
	return nil
}

// CertStore opens the store of certificates; nil when it is off. dir is where a
// relative folder lies.
func CertStore(s *config.Sections, dir string, report output.Report) (*output.CertStore, error) {
	t := certStore(s)
	if t == nil {
		return nil, nil
	}
	if filepath.IsAbs(t.Dir) {
		dir = t.Dir
	} else {
		dir = filepath.Join(dir, t.Dir)
	}
	return output.NewCertStore(dir, report)
}

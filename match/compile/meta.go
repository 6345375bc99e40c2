package compile

import (
	"encoding/json"
	"fmt"

	"github.com/weir-ips/weir/match"
)

// ReadMeta reads what control needs of a bundle that another process compiled.
func ReadMeta(octets []byte) (*Meta, error) {
	if err := match.CheckForm(octets); err != nil {
		return nil, err
	}
	m := &Meta{}
	if err := json.Unmarshal(match.MetaOf(octets), m); err != nil {
		return nil, fmt.Errorf("bundle: names of rules: %w", err)
	}
	return m, nil
}

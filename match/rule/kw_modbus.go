package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// modbusCategories are the classes of function codes.
var modbusCategories = []string{"assigned", "unassigned", "public", "user", "reserved", "all"}

// modbusTables are the primary tables; coils and holding can be written.
var modbusTables = []string{"discretes", "coils", "input", "holding"}

// modbusCond checks the items of the modbus keyword: a unit, then a function or
// an access, each followed by what belongs to it.
func modbusCond(a []string) error {
	last, write, table := "", false, false
	for i, item := range a {
		word, arg, _ := strings.Cut(strings.ToLower(item), " ")
		arg = strings.TrimSpace(arg)
		var err error
		switch {
		case word == "unit" && i == 0:
			_, err = parseRange(arg, 16)
		case word == "function" && (last == "" || last == "unit"):
			if name := strings.TrimSpace(strings.TrimPrefix(arg, "!")); !slices.Contains(modbusCategories, name) {
				if _, ok := parseUint(arg, 8); !ok {
					err = fmt.Errorf("function %q, want a number to 255 or %s", arg, strings.Join(modbusCategories, ", "))
				}
			}
		case word == "subfunction" && last == "function":
			if _, ok := parseUint(arg, 16); !ok {
				err = fmt.Errorf("subfunction %q is no number to 65535", arg)
			}
		case word == "access" && (last == "" || last == "unit"):
			f := strings.Fields(arg)
			switch {
			case len(f) == 0 || len(f) > 2 || f[0] != "read" && f[0] != "write":
				err = fmt.Errorf("access %q, want read or write and a table", arg)
			case len(f) == 2:
				write, table = f[0] == "write", true
				if !slices.Contains(modbusTables, f[1]) || write && f[1] != "coils" && f[1] != "holding" {
					err = fmt.Errorf("table %q, want %s (coils and holding for write)", f[1], strings.Join(modbusTables, ", "))
				}
			}
		case word == "address" && last == "access" && table:
			_, err = parseRange(arg, 16)
		case word == "value" && last == "address" && write:
			_, err = parseRange(arg, 16)
		default:
			err = fmt.Errorf("%q does not belong here", item)
		}
		if err != nil {
			return err
		}
		last = word
	}
	if last == "" {
		return errors.New("want unit, function or access")
	}
	return nil
}

package api

// SetCommand asks for a look at a data set of the policy in force, or a change of
// it: what Suricata's dataset-add, -remove, -lookup, -clear and -dump do.
type SetCommand struct {
	Op string `json:"op"` // add, remove, lookup, clear, dump, list
	// Set and Type name the set; dump and list need neither, Type may be left out.
	Set  string `json:"set,omitempty"`
	Type string `json:"type,omitempty"`
	// Value is written as in the set's file: text in base64, digests in hex.
	Value string `json:"value,omitempty"`
}

// SetAnswer is what came of it.
type SetAnswer struct {
	Message string `json:"message"`
	// Found: the value was there (lookup). Changed: something is different now.
	Found   bool      `json:"found,omitempty"`
	Changed bool      `json:"changed,omitempty"`
	Sets    []SetInfo `json:"sets,omitempty"`
}

// SetInfo is one data set.
type SetInfo struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Loaded uint32 `json:"loaded"`
	// Touched: rules or commands changed it since it was loaded.
	Touched bool   `json:"touched"`
	Save    string `json:"save,omitempty"`
}

// Sets carries out a command on a data set.
func (c *Client) Sets(cmd SetCommand) (a SetAnswer, err error) {
	err = c.do("POST", "/v1/datasets", cmd, &a)
	return a, err
}

package input

// Hook is a state of a protocol that rules can name (`http1:request_line`).
type Hook struct {
	Name string
	// Step is the progress at which the state is reached. Several states may share
	// one: they are then judged together, in order.
	Step uint8
}

// Hooks are the states of one kind of transactions, by direction, in order.
type Hooks struct {
	// Sub names the kind where a protocol has several.
	Sub                string
	ToServer, ToClient []Hook
}

// DefaultHooks are the states that every protocol has.
func DefaultHooks() []Hooks {
	return []Hooks{{
		ToServer: []Hook{{"request_started", 0}, {"request_complete", Complete}},
		ToClient: []Hook{{"response_started", 0}, {"response_complete", Complete}},
	}}
}

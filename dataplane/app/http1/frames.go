package http1

// beginFrame notes the frame of a request (side 0) or response (1); their numbers
// in input.FrameNames are the same.
func (s *State) beginFrame(side int, in *cursor, t *Tx) {
	if t != nil && s.frames[side] == nil {
		s.frames[side] = s.call.Frame(uint8(side), in.i, -1).Tx(t.id)
	}
}

func (s *State) endFrame(side int, in *cursor) {
	if fr := s.frames[side]; fr != nil {
		fr.End(s.call, in.i)
		s.frames[side] = nil
	}
}

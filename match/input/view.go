package input

// Whole is a buffer that is there in one piece; over: when it is not there, it
// will not come.
func Whole(b []byte, there, over bool) View {
	switch {
	case there:
		return View{Data: b, Avail: Done, First: true, Last: true}
	case over:
		return View{Avail: None}
	}
	return View{Avail: Wait}
}

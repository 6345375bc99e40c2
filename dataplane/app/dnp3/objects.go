package dnp3

// Parts that many objects have.
var (
	quality  = []field{{"online", bits, 1}, {"restart", bits, 1}, {"comm_lost", bits, 1}, {"remote_forced", bits, 1}, {"local_forced", bits, 1}}
	bitState = []field{{"state", bits, 1}}
	twoState = []field{{"state", bits, 2}}
	binIn    = with(quality, field{"chatter_filter", bits, 1}, field{"reserved", bits, 1}, field{"state", bits, 1})
	dblIn    = with(quality, field{"chatter_filter", bits, 1}, field{"state", bits, 2})
	binOut   = with(quality, field{"reserved0", bits, 1}, field{"reserved1", bits, 1}, field{"state", bits, 1})
	counter  = with(quality, field{"rollover", bits, 1}, field{"discontinuity", bits, 1}, field{"reserved0", bits, 1})
	// What older objects leave open, others call discontinuity.
	counter2 = with(quality, field{"rollover", bits, 1}, field{"reserved0", bits, 1}, field{"reserved1", bits, 1})
	counter3 = with(quality, field{"rollover", bits, 1}, field{"discontinuity", bits, 1}, field{"reserved1", bits, 1})
	counted  = with(quality, field{"reserved0", bits, 1}, field{"discontinuity", bits, 1}, field{"reserved1", bits, 1},
		field{"association_id", number, 2}, field{"count_value", number, 4})
	analog  = with(quality, field{"over_range", bits, 1}, field{"reference_err", bits, 1}, field{"reserved0", bits, 1})
	command = []field{{"status_code", bits, 7}, {"commanded_state", bits, 1}}
	crob    = []field{{"op_type", bits, 4}, {"qu", bits, 1}, {"cr", bits, 1}, {"tcc", bits, 2}, {"count", number, 1},
		{"ontime", number, 4}, {"offtime", number, 4}, {"status_code", bits, 7}, {"reserved", bits, 1}}
	anaCmd = []field{{"status_code", bits, 7}, {"reserved0", bits, 1}}

	when   = field{"timestamp", number, 6} // milliseconds since the Unix epoch
	count4 = field{"count", number, 4}
	count2 = field{"count", number, 2}
	int4   = field{"value", signed, 4}
	int2   = field{"value", signed, 2}
	float4 = field{"value", float, 4}
	float8 = field{"value", float, 8}

	cmdInt4   = field{"commanded_value", signed, 4}
	cmdInt2   = field{"commanded_value", signed, 2}
	cmdFloat4 = field{"commanded_value", float, 4}
	cmdFloat8 = field{"commanded_value", float, 8}
)

func with(head []field, more ...field) []field { return append(head[:len(head):len(head)], more...) }

// objects are those of IEEE 1815 annex A whose points are read. Octet strings
// (groups 110 to 113) are not among them: see shapeOf.
var objects = map[key][]field{
	{1, 1}: bitState, {1, 2}: binIn,
	{2, 1}: {{"state", number, 1}}, {2, 2}: with(binIn, when), {2, 3}: with(binIn, field{"timestamp", number, 2}),
	{3, 1}: twoState, {3, 2}: dblIn,
	{4, 1}: dblIn, {4, 2}: with(dblIn, when), {4, 3}: with(dblIn, field{"relative_time_ms", number, 2}),
	{10, 1}: bitState, {10, 2}: binOut,
	{11, 1}: binOut, {11, 2}: with(binOut, when),
	{12, 1}: crob, {12, 2}: crob, {12, 3}: {{"point", bits, 1}},
	{13, 1}: command, {13, 2}: with(command, when),

	{20, 1}: with(counter, count4), {20, 2}: with(counter, count2), {20, 3}: with(counter2, count4), {20, 4}: with(counter2, count2),
	{20, 5}: {count4}, {20, 6}: {count2}, {20, 7}: {count4}, {20, 8}: {count2},
	{21, 1}: with(counter, count4), {21, 2}: with(counter, count2), {21, 3}: with(counter2, count4), {21, 4}: with(counter2, count2),
	{21, 5}: with(counter3, count4, when), {21, 6}: with(counter3, count2, when), {21, 7}: with(counter2, count4, when),
	{21, 8}: with(counter2, count2, when), {21, 9}: {count4}, {21, 10}: {count2}, {21, 11}: {count4}, {21, 12}: {count2},
	{22, 1}: with(counter, count4), {22, 2}: with(counter, count2), {22, 3}: with(counter2, count4), {22, 4}: with(counter2, count2),
	{22, 5}: with(counter2, count4, when), {22, 6}: with(counter, count2, when), {22, 7}: with(counter2, count4, when), {22, 8}: with(counter2, count2, when),
	{23, 1}: with(counter, count4), {23, 2}: with(counter2, count2), {23, 3}: with(counter2, count4), {23, 4}: with(counter2, count2),
	{23, 5}: with(counter, count4, when), {23, 6}: with(counter, count2, when), {23, 7}: with(counter2, count4, when), {23, 8}: with(counter2, count2, when),

	{30, 1}: with(analog, int4), {30, 2}: with(analog, int2), {30, 3}: {int4}, {30, 4}: {int2}, {30, 5}: with(analog, float4), {30, 6}: with(analog, float8),
	{31, 1}: with(analog, int4), {31, 2}: with(analog, int2), {31, 3}: with(analog, int4, when), {31, 4}: with(analog, int2, when),
	{31, 5}: {int4}, {31, 6}: {int2}, {31, 7}: with(analog, float4), {31, 8}: with(analog, float8),
	{32, 1}: with(analog, int4), {32, 2}: with(analog, int2), {32, 3}: with(analog, int4, when), {32, 4}: with(analog, int2, when),
	{32, 5}: with(analog, float4), {32, 6}: with(analog, float8), {32, 7}: with(analog, float4, when), {32, 8}: with(analog, float8, when),
	{33, 1}: with(analog, int4), {33, 2}: with(analog, int2), {33, 3}: with(analog, int4, when), {33, 4}: with(analog, int2, when),
	{33, 5}: with(analog, float4), {33, 6}: with(analog, float8), {33, 7}: with(analog, float4, when), {33, 8}: with(analog, float8, when),
	{34, 1}: {{"deadband_value", number, 2}}, {34, 2}: {{"deadband_value", number, 4}}, {34, 3}: {{"deadband_value", float, 4}},
	{40, 1}: with(analog, int4), {40, 2}: with(analog, int2), {40, 3}: with(analog, float4), {40, 4}: with(analog, float8),
	{41, 1}: {int4, {"control_status", number, 1}}, {41, 2}: {int2, {"control_status", number, 1}},
	{41, 3}: {float4, {"control_status", number, 1}}, {41, 4}: {float8, {"control_status", number, 1}},
	{42, 1}: with(analog, int4), {42, 2}: with(analog, int2), {42, 3}: with(analog, int4, when), {42, 4}: with(analog, int2, when),
	{42, 5}: with(analog, float4), {42, 6}: with(analog, float8), {42, 7}: with(analog, float4, when), {42, 8}: with(analog, float8, when),
	{43, 1}: with(anaCmd, cmdInt4), {43, 2}: with(anaCmd, cmdInt2), {43, 3}: with(anaCmd, cmdInt4, when), {43, 4}: with(anaCmd, cmdInt2, when),
	{43, 5}: with(anaCmd, cmdFloat4), {43, 6}: with(anaCmd, cmdFloat8), {43, 7}: with(anaCmd, cmdFloat4, when), {43, 8}: with(anaCmd, cmdFloat8, when),

	{50, 1}: {when}, {50, 2}: {when, {"interval", number, 4}}, {50, 3}: {when},
	{50, 4}: {when, {"interval_count", number, 4}, {"interval_units", number, 1}},
	{51, 1}: {when}, {51, 2}: {when}, {52, 1}: {{"delay_secs", number, 2}}, {52, 2}: {{"delay_ms", number, 2}},

	{70, 2}: {{"username_offset", number, 2}, {"username_size", number, 2}, {"password_offset", number, 2}, {"password_size", number, 2},
		{"authentication_key", number, 4}, {"username", text, 1}, {"password", text, 3}},
	{70, 3}: {{"filename_offset", number, 2}, {"filename_size", number, 2}, {"created", number, 6}, {"permissions", number, 2},
		{"authentication_key", number, 4}, {"file_size", number, 4}, {"operational_mode", number, 2}, {"maximum_block_size", number, 2},
		{"request_id", number, 2}, {"filename", text, 1}},
	{70, 4}: {{"file_handle", number, 4}, {"file_size", number, 4}, {"maximum_block_size", number, 2}, {"request_id", number, 2},
		{"status_code", number, 1}, {"optional_text", text, 0}},
	{70, 5}: {{"file_handle", number, 4}, {"block_number", number, 4}, {"file_data", octets, 0}},
	{70, 6}: {{"file_handle", number, 4}, {"block_number", number, 4}, {"status_code", number, 1}, {"optional_text", text, 0}},
	{70, 7}: {{"filename_offset", number, 2}, {"filename_size", number, 2}, {"file_type", number, 2}, {"file_size", number, 4},
		{"created_timestamp", number, 6}, {"permissions", number, 2}, {"request_id", number, 2}, {"filename", text, 1}},
	{70, 8}: {{"file_specification", text, 0}},

	{80, 1}:  bitState,
	{81, 1}:  {{"fill_percentage", bits, 7}, {"overflow_state", bits, 1}, {"group", number, 1}, {"variation", number, 1}},
	{86, 2}:  {{"rd", bits, 1}, {"wr", bits, 1}, {"st", bits, 1}, {"ev", bits, 1}, {"df", bits, 1}, {"padding0", bits, 1}, {"padding1", bits, 1}, {"padding2", bits, 1}},
	{101, 1}: {{"value", number, 2}}, {101, 2}: {{"value", number, 4}}, {101, 3}: {{"value", number, 8}},
	{102, 1}: {{"value", number, 1}},

	{120, 1}: {{"csq", number, 4}, {"usr", number, 2}, {"mal", number, 1}, {"reason", number, 1}, {"data->challenge_data", octets, 0}},
	{120, 2}: {{"csq", number, 4}, {"usr", number, 2}, {"data->mac_value", octets, 0}},
	{120, 3}: {{"csq", number, 4}, {"user_number", number, 2}},
	{120, 4}: {{"user_number", number, 2}},
	{120, 5}: {{"ksq", number, 4}, {"user_number", number, 2}, {"key_wrap_alg", number, 1}, {"key_status", number, 1}, {"mal", number, 1},
		{"challenge_data_len", number, 2}, {"data->challenge_data", octets, 5}, {"data->mac_value", octets, 0}},
	{120, 6}: {{"ksq", number, 4}, {"usr", number, 2}, {"data->wrapped_key_data", octets, 0}},
	{120, 7}: {{"sequence_number", number, 4}, {"usr", number, 2}, {"association_id", number, 2}, {"error_code", number, 1},
		{"time_of_error", number, 6}, {"error_text", text, 0}},
	{120, 8}: {{"key_change_method", number, 1}, {"certificate_type", number, 1}, {"data->certificate", octets, 0}},
	{120, 9}: {{"data->mac_value", octets, 0}},
	{120, 10}: {{"key_change_method", number, 1}, {"operation", number, 1}, {"scs", number, 4}, {"user_role", number, 2},
		{"user_role_expiry_interval", number, 2}, {"username_len", number, 2}, {"user_public_key_len", number, 2}, {"certification_data_len", number, 2},
		{"username", text, 5}, {"data->user_public_key", octets, 6}, {"data->certification_data", octets, 7}},
	{120, 11}: {{"key_change_method", number, 1}, {"username_len", number, 2}, {"master_challenge_data_len", number, 2},
		{"username", text, 1}, {"data->master_challenge_data", octets, 2}},
	{120, 12}: {{"ksq", number, 4}, {"user_number", number, 2}, {"challenge_data_len", number, 2}, {"data->challenge_data", octets, 2}},
	{120, 13}: {{"ksq", number, 4}, {"user_number", number, 2}, {"encrypted_update_key_len", number, 2}, {"data->encrypted_update_key_data", octets, 2}},
	{120, 14}: {{"data->digital_signature", octets, 0}},
	{120, 15}: {{"data->mac", octets, 0}},

	{121, 1}: counted, {122, 1}: counted, {122, 2}: with(counted, when),
}

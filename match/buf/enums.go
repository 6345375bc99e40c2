package buf

// Names of values, from the protocols' registries.
var (
	l3Protos   = map[string]uint64{"ipv4": 0x0800, "ip4": 0x0800, "arp": 0x0806, "ipv6": 0x86dd, "ip6": 0x86dd}
	sctpChunks = map[string]uint64{"data": 0, "init": 1, "init_ack": 2, "sack": 3, "heartbeat": 4, "hb_ack": 5, "abort": 6, "shutdown": 7,
		"shutdown_ack": 8, "error": 9, "cookie_echo": 10, "cookie_ack": 11, "ecne": 12, "cwr": 13, "shutdown_complete": 14, "forward_tsn": 192}
	boolNames  = map[string]uint64{"true": 1, "yes": 1, "on": 1, "false": 0, "no": 0, "off": 0}
	dnsOpcodes = map[string]uint64{"query": 0, "iquery": 1, "status": 2, "notify": 4, "update": 5}
	dnsRcodes  = map[string]uint64{"noerror": 0, "formerr": 1, "servfail": 2, "nxdomain": 3, "notimp": 4, "refused": 5,
		"yxdomain": 6, "yxrrset": 7, "nxrrset": 8, "notauth": 9, "notzone": 10, "badvers": 16, "badsig": 16, "badkey": 17,
		"badtime": 18, "badmode": 19, "badname": 20, "badalg": 21, "badtrunc": 22}
	dnsTypes = map[string]uint64{"a": 1, "ns": 2, "md": 3, "mf": 4, "cname": 5, "soa": 6, "mb": 7, "mg": 8, "mr": 9,
		"null": 10, "wks": 11, "ptr": 12, "hinfo": 13, "minfo": 14, "mx": 15, "txt": 16, "rp": 17, "afsdb": 18, "x25": 19,
		"isdn": 20, "rt": 21, "nsap": 22, "nsapptr": 23, "sig": 24, "key": 25, "px": 26, "gpos": 27, "aaaa": 28, "loc": 29,
		"nxt": 30, "srv": 33, "atma": 34, "naptr": 35, "kx": 36, "cert": 37, "a6": 38, "dname": 39, "opt": 41, "apl": 42,
		"ds": 43, "sshfp": 44, "ipseckey": 45, "rrsig": 46, "nsec": 47, "dnskey": 48, "dhcid": 49, "nsec3": 50,
		"nsec3param": 51, "tlsa": 52, "hip": 55, "cds": 59, "cdnskey": 60, "https": 65, "svcb": 64, "spf": 99, "tkey": 249,
		"tsig": 250, "maila": 254, "any": 255, "uri": 256}
	enipCommands    = map[string]uint64{"nop": 0, "list_services": 4, "list_identity": 0x63, "list_interfaces": 0x64, "register_session": 0x65, "unregister_session": 0x66, "send_rr_data": 0x6f, "send_unit_data": 0x70, "indicate_status": 0x72, "cancel": 0x73}
	enipStatuses    = map[string]uint64{"success": 0, "invalid_cmd": 1, "no_resources": 2, "incorrect_data": 3, "invalid_session": 0x64, "invalid_length": 0x65, "unsupported_prot_rev": 0x69, "encap_header_error": 0x6a}
	ftpDataCommands = map[string]uint64{"retr": 1, "stor": 2, "appe": 3, "stou": 4, "list": 5, "nlst": 6, "mlsd": 7}
	ftpModes        = map[string]uint64{"passive": 0, "active": 1}
	http2Errors     = map[string]uint64{"no_error": 0, "protocol_error": 1, "internal_error": 2, "flow_control_error": 3, "settings_timeout": 4, "stream_closed": 5, "frame_size_error": 6, "refused_stream": 7, "cancel": 8, "compression_error": 9, "connect_error": 10, "enhance_your_calm": 11, "inadequate_security": 12, "http_1_1_required": 13, "http11_required": 13}
	http2Frames     = map[string]uint64{"data": 0, "headers": 1, "priority": 2, "rststream": 3, "rst_stream": 3, "settings": 4, "pushpromise": 5, "push_promise": 5, "ping": 6, "goaway": 7, "go_away": 7, "windowupdate": 8, "window_update": 8, "continuation": 9}
	http2Settings   = map[string]uint64{"settings_header_table_size": 1, "settings_enable_push": 2, "settings_max_concurrent_streams": 3, "settings_initial_window_size": 4, "settings_max_frame_size": 5, "settings_max_header_list_size": 6}
	// RFC 4120 section 7.5.7.
	krb5Types = map[string]uint64{"as_req": 10, "as_rep": 11, "tgs_req": 12, "tgs_rep": 13, "ap_req": 14, "ap_rep": 15, "reserved16": 16,
		"reserved17": 17, "safe": 20, "priv": 21, "cred": 22, "error": 30}
	ldapOps = map[string]uint64{"bind_request": 0, "bind_response": 1, "unbind_request": 2, "search_request": 3, "search_result_entry": 4, "search_result_done": 5, "modify_request": 6, "modify_response": 7, "add_request": 8, "add_response": 9, "del_request": 10, "del_response": 11, "mod_dn_request": 12, "mod_dn_response": 13, "compare_request": 14, "compare_response": 15, "abandon_request": 16, "search_result_reference": 19, "extended_request": 23, "extended_response": 24, "intermediate_response": 25}
	// RFC 4511 section 4.1.9, and those of its registry and of client libraries.
	ldapResults = map[string]uint64{"success": 0, "operations_error": 1, "protocol_error": 2, "time_limit_exceeded": 3, "size_limit_exceeded": 4,
		"compare_false": 5, "compare_true": 6, "auth_method_not_supported": 7, "stronger_auth_required": 8, "referral": 10,
		"admin_limit_exceeded": 11, "unavailable_critical_extension": 12, "confidentiality_required": 13, "sasl_bind_in_progress": 14,
		"no_such_attribute": 16, "undefined_attribute_type": 17, "inappropriate_matching": 18, "constraint_violation": 19,
		"attribute_or_value_exists": 20, "invalid_attribute_syntax": 21, "no_such_object": 32, "alias_problem": 33,
		"invalid_dns_syntax": 34, "is_leaf": 35, "alias_dereferencing_problem": 36, "inappropriate_authentication": 48,
		"invalid_credentials": 49, "insufficient_access_rights": 50, "busy": 51, "unavailable": 52, "unwilling_to_perform": 53,
		"loop_detect": 54, "sort_control_missing": 60, "offset_range_error": 61, "naming_violation": 64,
		"object_class_violation": 65, "not_allowed_on_non_leaf": 66, "not_allowed_on_rdn": 67, "entry_already_exists": 68,
		"object_class_mods_prohibited": 69, "results_too_large": 70, "affects_multiple_dsas": 71, "control_error": 76, "other": 80,
		"server_down": 81, "local_error": 82, "encoding_error": 83, "decoding_error": 84, "timeout": 85, "auth_unknown": 86,
		"filter_error": 87, "user_canceled": 88, "param_error": 89, "no_memory": 90, "connect_error": 91, "not_supported": 92,
		"control_not_found": 93, "no_results_returned": 94, "more_results_to_return": 95, "client_loop": 96,
		"referral_limit_exceeded": 97, "invalid_response": 100, "ambiguous_response": 101, "tls_not_supported": 112,
		"intermediate_response": 113, "unknown_type": 114, "canceled": 118, "no_such_operation": 119, "too_late": 120,
		"cannot_cancel": 121, "assertion_failed": 122, "authorization_denied": 123, "e_sync_refresh_required": 4096,
		"no_operation": 16654}
	mqttConnectFlags = map[string]uint64{"username": 0x80, "password": 0x40, "will_retain": 0x20, "will": 4, "clean_session": 2}
	mqttFlags        = map[string]uint64{"dup": 8, "retain": 1}
	mqttTypes        = map[string]uint64{"connect": 1, "connack": 2, "publish": 3, "puback": 4, "pubrec": 5, "pubrel": 6, "pubcomp": 7, "subscribe": 8, "suback": 9, "unsubscribe": 10, "unsuback": 11, "pingreq": 12, "pingresp": 13, "disconnect": 14, "auth": 15, "unassigned": 0}
	ntpModes         = map[string]uint64{"reserved": 0, "symmetric_active": 1, "symmetric_passive": 2, "client": 3, "server": 4, "broadcast": 5, "control": 6, "private": 7}
	rfbResults       = map[string]uint64{"ok": 0, "fail": 1, "toomany": 2, "unknown": 3}
	smbVersions      = map[string]uint64{"1": 1, "2": 2}
	snmpPDUs         = map[string]uint64{"get_request": 0, "get_next_request": 1, "response": 2, "set_request": 3, "trap_v1": 4, "get_bulk_request": 5, "inform_request": 6, "trap_v2": 7, "report": 8}
	snmpTraps        = map[string]uint64{"coldstart": 0, "warmstart": 1, "linkdown": 2, "linkup": 3, "authenticationfailure": 4, "egpneighborloss": 5, "enterprisespecific": 6}
	wsFlags          = map[string]uint64{"fin": 0x80, "comp": 0x40}
	wsOpcodes        = map[string]uint64{"continuation": 0, "text": 1, "binary": 2, "close": 8, "connection_close": 8, "ping": 9, "pong": 10}
	sslStates        = map[string]uint64{"client_hello": 1, "server_hello": 2, "client_keyx": 3, "server_keyx": 4, "unknown": 5}
	tlsVersions      = map[string]uint64{"1.0": 0x301, "1.1": 0x302, "1.2": 0x303, "1.3": 0x304}
)

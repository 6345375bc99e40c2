package buf

// Names of values of DNP3 (IEEE 1815).
var (
	dnp3Functions   = map[string]uint64{"confirm": 0, "read": 1, "write": 2, "select": 3, "operate": 4, "direct_operate": 5, "direct_operate_nr": 6, "immed_freeze": 7, "immed_freeze_nr": 8, "freeze_clear": 9, "freeze_clear_nr": 10, "freeze_at_time": 11, "freeze_at_time_nr": 12, "cold_restart": 13, "warm_restart": 14, "initialize_data": 15, "initialize_appl": 16, "start_appl": 17, "stop_appl": 18, "save_config": 19, "enable_unsolicited": 20, "disable_unsolicited": 21, "assign_class": 22, "delay_measure": 23, "record_current_time": 24, "open_file": 25, "close_file": 26, "delete_file": 27, "get_file_info": 28, "authenticate_file": 29, "abort_file": 30, "activate_config": 31, "authenticate_req": 32, "authenticate_err": 33, "response": 129, "unsolicited_response": 130, "authenticate_resp": 131}
	dnp3Indications = map[string]uint64{"all_stations": 0x100, "class_1_events": 0x200, "class_2_events": 0x400, "class_3_events": 0x800, "need_time": 0x1000, "local_control": 0x2000, "device_trouble": 0x4000, "device_restart": 0x8000, "no_func_code_support": 0x1, "object_unknown": 0x2, "parameter_error": 0x4, "event_buffer_overflow": 0x8, "already_executing": 0x10, "config_corrupt": 0x20, "reserved_2": 0x40, "reserved_1": 0x80}
)

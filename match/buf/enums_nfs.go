package buf

// The procedures of NFS by version: RFC 1094, RFC 1813, and the operations of
// RFC 7530 and RFC 8881. What a name stands for depends on the version, so rules
// that name one ask for the name's number in nfsNames.
var (
	nfs2Procedures = []string{0: "null", 1: "getattr", 2: "setattr", 3: "root", 4: "lookup", 5: "readlink", 6: "read", 7: "writecache", 8: "write", 9: "create", 10: "remove", 11: "rename", 12: "link", 13: "symlink", 14: "mkdir", 15: "rmdir", 16: "readdir", 17: "statfs"}
	nfs3Procedures = []string{0: "null", 1: "getattr", 2: "setattr", 3: "lookup", 4: "access", 5: "readlink", 6: "read", 7: "write", 8: "create", 9: "mkdir", 10: "symlink", 11: "mknod", 12: "remove", 13: "rmdir", 14: "rename", 15: "link", 16: "readdir", 17: "readdirplus", 18: "fsstat", 19: "fsinfo", 20: "pathconf", 21: "commit"}
	nfs4Procedures = []string{0: "null", 1: "compound", 3: "access", 4: "close", 5: "commit", 6: "create", 7: "delegpurge", 8: "delegreturn", 9: "getattr", 10: "getfh", 11: "link", 12: "lock", 13: "lockt", 14: "locku", 15: "lookup", 16: "lookupp", 17: "nverify", 18: "open", 19: "openattr", 20: "open_confirm", 21: "open_downgrade", 22: "putfh", 23: "putpubfh", 24: "putrootfh", 25: "read", 26: "readdir", 27: "readlink", 28: "remove", 29: "rename", 30: "renew", 31: "restorefh", 32: "savefh", 33: "secinfo", 34: "setattr", 35: "setclientid", 36: "setclientid_confirm", 37: "verify", 38: "write", 39: "release_lockowner", 42: "exchange_id", 43: "create_session", 44: "destroy_session", 47: "getdevinfo", 50: "layoutget", 51: "layoutreturn", 52: "secinfo_no_name", 53: "sequence", 57: "destroy_clientid", 58: "reclaim_complete"}

	nfsNames   = map[string]uint64{}
	nfsNumbers = [3][]uint8{number(nfs2Procedures), number(nfs3Procedures), number(nfs4Procedures)}
)

// number gives every name of a version its number, from 1 on.
func number(names []string) []uint8 {
	out := make([]uint8, len(names))
	for i, name := range names {
		if name == "" {
			continue
		}
		if nfsNames[name] == 0 {
			nfsNames[name] = uint64(len(nfsNames) + 1)
		}
		out[i] = uint8(nfsNames[name])
	}
	return out
}

// NFSName is the number of the name that a procedure has in a version of NFS; 0
// where it has none.
func NFSName(version uint16, procedure uint32) uint64 {
	row := nfsNumbers[min(max(int(version)-2, 0), 2)]
	if uint64(procedure) >= uint64(len(row)) {
		return 0
	}
	return uint64(row[procedure])
}

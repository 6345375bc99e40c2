package hyperscan

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
)

func serialized(t testing.TB) []byte {
	t.Helper()
	db, _ := mustLiterals(t, lit(3, "needle"), lit(4, "a\x00b"))
	b, err := db.Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func findsNeedle(t *testing.T, db *Database) {
	t.Helper()
	s, err := NewScratch(db)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	hits := make([]Hit, 4)
	r := s.Scan([]Job{job(t, db, "a needle a\x00b", 9)}, hits)
	if r.Hits != 2 || hits[0] != (Hit{9, 3, 8}) || hits[1] != (Hit{9, 4, 12}) {
		t.Errorf("%+v %v", r, hits)
	}
}

func mapped(t *testing.T, n int) []byte {
	t.Helper()
	m, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(m) })
	return m
}

func TestDeserialize(t *testing.T) {
	db, err := Deserialize(serialized(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	findsNeedle(t, db)
	info, err := db.Info()
	if err != nil || !strings.Contains(info, "BLOCK") {
		t.Errorf("info %q, %v", info, err)
	}
}

func TestDatabaseMovesBetweenMappings(t *testing.T) {
	b := serialized(t)
	need, err := SerializedSize(b)
	if err != nil {
		t.Fatal(err)
	}
	first := mapped(t, need+Alignment)
	db, err := DeserializeAt(b, first[Alignment:])
	if err != nil {
		t.Fatal(err)
	}
	findsNeedle(t, db)
	db.Close()

	second := mapped(t, need+3*Alignment)[2*Alignment:]
	copy(second, first[Alignment:])
	moved, err := Attach(second[:need])
	if err != nil {
		t.Fatal(err)
	}
	findsNeedle(t, moved)
	if n, err := moved.Size(); err != nil || n > need {
		t.Errorf("size %d of %d, %v", n, need, err)
	}
	if _, err := Attach(second[:need/2]); err == nil {
		t.Error("attached to half a database")
	}
	second[8] ^= 0xff // the version
	if _, err := Attach(second); err == nil {
		t.Error("attached to a database of another version")
	}
}

func TestDeserializeAtChecksMemory(t *testing.T) {
	b := serialized(t)
	need, err := SerializedSize(b)
	if err != nil {
		t.Fatal(err)
	}
	m := mapped(t, need+Alignment)
	if _, err := DeserializeAt(b, m[:need-1]); err == nil {
		t.Error("too little memory accepted")
	}
	if _, err := DeserializeAt(b, m[8:]); err == nil {
		t.Error("unaligned memory accepted")
	}
}

func TestDamagedDatabaseIsRefused(t *testing.T) {
	good := serialized(t)
	for i := range good {
		if 24 <= i && i < 32 || i >= len(good)-72 {
			continue // reserved words of the header, and padding at the end
		}
		bad := bytes.Clone(good)
		bad[i] ^= 0x40
		if db, err := Deserialize(bad); err == nil {
			db.Close()
			t.Fatalf("damage at %d of %d went unseen", i, len(good))
		}
	}
	for n := range len(good) {
		if db, err := Deserialize(good[:n]); err == nil {
			db.Close()
			t.Fatalf("%d of %d octets accepted", n, len(good))
		}
	}
}

func TestPlatformFingerprint(t *testing.T) {
	a, err := PlatformFingerprint()
	if err != nil || !strings.HasPrefix(a, "hs ") {
		t.Fatalf("%q, %v", a, err)
	}
	if b, _ := PlatformFingerprint(); a != b {
		t.Errorf("%q, then %q", a, b)
	}
}

func FuzzDeserialize(f *testing.F) {
	f.Add(serialized(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = SerializedSize(b)
		if db, err := Deserialize(b); err == nil {
			db.Close()
		}
	})
}

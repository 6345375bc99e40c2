package config

import (
	"testing"
	"time"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{
		"0": 0, "4096": 4096, "64mb": 64 << 20, "1 gb": 1 << 30, "256kb": 256 << 10, "32 KiB": 32 << 10, "1.5MiB": 3 << 19, " 2 GB ": 2 << 30, "18446744073709551615": 1<<64 - 1,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%q = %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "mb", "-1", "1xb", "1 2", "1e9", "99999999999gb", "0x10", "1..2kb"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q = %d", text, got)
		}
	}
	if s := Size(3 << 20).String(); s != "3 MiB" {
		t.Error(s)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "10": 10 * time.Second, "250ms": 250 * time.Millisecond, "1h30m": 90 * time.Minute, "2 d": 48 * time.Hour, "1w": 168 * time.Hour, "0.5": 500 * time.Millisecond,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q = %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-1", "-5s", "x", "1e300", "NaN", "Inf", "5sd"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q = %s", text, got)
		}
	}
}

func TestCPULists(t *testing.T) {
	for text, want := range map[string]string{"0-3,8": "0-3,8", "[ 5, 1-2, 2 ]": "1-2,5", "all": "all", "auto": "auto", `[ "1-2" ]`: "1-2", "": ""} {
		var c CPUs
		if err := c.UnmarshalText([]byte(text)); err != nil || c.String() != want {
			t.Errorf("%q = %s, %v", text, c, err)
		}
	}
	for _, text := range []string{"3-1", "-1", "x", "0-999999999", "auto,1"} {
		if err := new(CPUs).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestBooleans(t *testing.T) {
	for text, want := range map[string]bool{"yes": true, "No": false, "ON": true, "off": false, "true": true, "False": false, "1": true, "0": false} {
		if got, err := ParseBool(text); err != nil || got != want {
			t.Errorf("%q = %v, %v", text, got, err)
		}
	}
	if _, err := ParseBool("y"); err == nil {
		t.Error("y was taken")
	}
}

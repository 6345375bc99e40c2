package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"syscall"
)

// Client is a user of the API.
type Client struct {
	path string
	http http.Client
}

// NewClient names the socket; nothing is opened yet.
func NewClient(path string) *Client {
	c := &Client{path: path}
	c.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}
	return c
}

// do sends a request and decodes its answer into out, which may be nil.
func (c *Client) do(method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, "http://weir"+path, body)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return c.explain(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		var f failure
		if json.Unmarshal(b, &f) == nil && f.Error != "" {
			return errors.New(f.Error)
		}
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// explain makes one line of why the socket cannot be used.
func (c *Client) explain(err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("no weir answers on %s: start one with weir run, or name the configuration or run directory that it was started with (-c, --run-dir)", c.path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s may not be opened by this user: run as the user that weir runs as, or with sudo", c.path)
	}
	return fmt.Errorf("%s: %w", c.path, err)
}

// Status asks for the present state.
func (c *Client) Status() (s Status, err error) {
	err = c.do("GET", "/v1/status", nil, &s)
	return s, err
}

// Counters asks for all counters, as JSON.
func (c *Client) Counters() (raw json.RawMessage, err error) {
	err = c.do("GET", "/v1/counters", nil, &raw)
	return raw, err
}

// Reload compiles the rules again and waits until workers run them.
func (c *Client) Reload() (r Reloaded, err error) {
	err = c.do("POST", "/v1/reload", nil, &r)
	return r, err
}

// Profile asks what rules cost; top 0: all that were judged.
func (c *Client) Profile(top int) (p Profile, err error) {
	err = c.do("GET", "/v1/profile?top="+strconv.Itoa(top), nil, &p)
	return p, err
}

// Reopen opens output files again, after a rotation.
func (c *Client) Reopen() error { return c.do("POST", "/v1/reopen", nil, nil) }

// Blocks lists what is blocked by hand.
func (c *Client) Blocks() (b []Block, err error) {
	err = c.do("GET", "/v1/blocks", nil, &b)
	return b, err
}

// AddBlock blocks a prefix.
func (c *Client) AddBlock(b Block) error { return c.do("POST", "/v1/blocks", b, nil) }

// RemoveBlock takes a block back.
func (c *Client) RemoveBlock(p netip.Prefix) error {
	return c.do("DELETE", "/v1/blocks?prefix="+url.QueryEscape(p.String()), nil, nil)
}

// ClearBlocks takes all blocks back.
func (c *Client) ClearBlocks() (removed int, err error) {
	var a cleared
	err = c.do("DELETE", "/v1/blocks?all=1", nil, &a)
	return a.Removed, err
}

// Resume lets mitigation act again.
func (c *Client) Resume() error { return c.do("POST", "/v1/resume", nil, nil) }

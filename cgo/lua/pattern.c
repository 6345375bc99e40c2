#include "pattern.h"

#include <ctype.h>

/* Lua's patterns (reference manual 5.4, section 6.4.1) with a bill for every
 * step: the library's own matcher backtracks in C, unseen by the instruction
 * count, for minutes over 1,460 octets with a pattern as plain as
 * ".-a.-b.-c". */

enum { MAX_DEPTH = 200 }; /* of recursion in C, as in the library */

static const char *match(wlua_matcher *m, const char *s, const char *p);

static void step(wlua_matcher *m)
{
	if (!wlua_charge(m->state, 1))
		luaL_error(m->L, "instruction limit");
}

/* The end of the single-character class at p. */
static const char *class_end(wlua_matcher *m, const char *p)
{
	char c = *p++;

	if (c == '%') {
		if (p == m->pend)
			luaL_error(m->L, "malformed pattern (ends with '%%')");
		return p + 1;
	}
	if (c != '[')
		return p;
	if (p < m->pend && *p == '^')
		p++;
	for (int first = 1;; first = 0) { /* a ']' in the first place is itself */
		if (p >= m->pend)
			luaL_error(m->L, "malformed pattern (missing ']')");
		c = *p++;
		if (c == ']' && !first)
			return p;
		if (c == '%' && p++ >= m->pend)
			luaL_error(m->L, "malformed pattern (missing ']')");
	}
}

/* Whether c is in the class that the letter after '%' names. */
static int in_class(int c, int letter)
{
	int in;

	switch (tolower(letter)) {
	case 'a': in = isalpha(c); break;
	case 'c': in = iscntrl(c); break;
	case 'd': in = isdigit(c); break;
	case 'g': in = isgraph(c); break;
	case 'l': in = islower(c); break;
	case 'p': in = ispunct(c); break;
	case 's': in = isspace(c); break;
	case 'u': in = isupper(c); break;
	case 'w': in = isalnum(c); break;
	case 'x': in = isxdigit(c); break;
	case 'z': in = c == 0; break; /* of Lua 5.1, still known */
	default: return letter == c;
	}
	return isupper(letter) ? !in : in != 0;
}

/* Whether c is in the set from p, at its '[', to e, behind its ']'. */
static int in_set(int c, const char *p, const char *e)
{
	int yes = 1;

	p++;
	e--;
	if (*p == '^') {
		yes = 0;
		p++;
	}
	while (p < e) {
		if (*p == '%') {
			if (in_class(c, (unsigned char)p[1]))
				return yes;
			p += 2;
		} else if (e - p > 2 && p[1] == '-') {
			if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2])
				return yes;
			p += 3;
		} else if ((unsigned char)*p++ == c) {
			return yes;
		}
	}
	return !yes;
}

/* Whether the octet at s is in the class from p to e. */
static int one(wlua_matcher *m, const char *s, const char *p, const char *e)
{
	step(m);
	if (s >= m->end)
		return 0;
	int c = (unsigned char)*s;
	switch (*p) {
	case '.': return 1;
	case '%': return in_class(c, (unsigned char)p[1]);
	case '[': return in_set(c, p, e);
	}
	return (unsigned char)*p == c;
}

static const char *greedy(wlua_matcher *m, const char *s, const char *p, const char *e, ptrdiff_t least)
{
	ptrdiff_t n = 0;

	while (one(m, s + n, p, e))
		n++;
	for (; n >= least; n--) {
		const char *r = match(m, s + n, e + 1);
		if (r != NULL)
			return r;
	}
	return NULL;
}

static const char *lazy(wlua_matcher *m, const char *s, const char *p, const char *e)
{
	for (;; s++) {
		const char *r = match(m, s, e + 1);
		if (r != NULL)
			return r;
		if (!one(m, s, p, e))
			return NULL;
	}
}

static const char *open_capture(wlua_matcher *m, const char *s, const char *p, ptrdiff_t kind)
{
	if (m->captures >= WLUA_CAPTURES)
		luaL_error(m->L, "too many captures");
	m->capture[m->captures].start = s;
	m->capture[m->captures].len = kind;
	m->captures++;
	const char *r = match(m, s, p);
	if (r == NULL)
		m->captures--;
	return r;
}

static const char *close_capture(wlua_matcher *m, const char *s, const char *p)
{
	int i = m->captures - 1;

	while (i >= 0 && m->capture[i].len != WLUA_CAPTURE_OPEN)
		i--;
	if (i < 0)
		luaL_error(m->L, "invalid pattern capture");
	m->capture[i].len = s - m->capture[i].start;
	const char *r = match(m, s, p);
	if (r == NULL)
		m->capture[i].len = WLUA_CAPTURE_OPEN;
	return r;
}

/* %bxy: from x to the y that balances it. */
static const char *balanced(wlua_matcher *m, const char *s, const char *p)
{
	if (m->pend - p < 2)
		luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
	if (s >= m->end || *s != p[0])
		return NULL;
	for (int open = 1; ++s < m->end;) {
		step(m);
		if (*s == p[1]) {
			if (--open == 0)
				return s + 1;
		} else if (*s == p[0]) {
			open++;
		}
	}
	return NULL;
}

/* %1 to %9: the same octets as a capture. */
static const char *repeated(wlua_matcher *m, const char *s, int digit)
{
	int i = digit - '1';

	if (i < 0 || i >= m->captures || m->capture[i].len == WLUA_CAPTURE_OPEN)
		luaL_error(m->L, "invalid capture index %%%d", i + 1);
	if (m->capture[i].len == WLUA_CAPTURE_POSITION)
		return NULL;
	size_t len = (size_t)m->capture[i].len;
	if (!wlua_charge(m->state, len / WLUA_OCTETS_PER_STEP))
		luaL_error(m->L, "instruction limit");
	if ((size_t)(m->end - s) < len || memcmp(m->capture[i].start, s, len) != 0)
		return NULL;
	return s + len;
}

/* %f[set]: between an octet outside the set and one inside; the edges of the
 * subject count as NUL. Returns what follows the set in the pattern, or NULL. */
static const char *frontier(wlua_matcher *m, const char *s, const char *p)
{
	if (p >= m->pend || *p != '[')
		luaL_error(m->L, "missing '[' after '%%f' in pattern");
	const char *e = class_end(m, p);
	int before = s == m->src ? 0 : (unsigned char)s[-1];
	int after = s == m->end ? 0 : (unsigned char)*s;
	return !in_set(before, p, e) && in_set(after, p, e) ? e : NULL;
}

/* Matches the pattern from p on at s. */
static const char *rest(wlua_matcher *m, const char *s, const char *p)
{
	while (p < m->pend) {
		step(m);
		if (*p == '(') {
			if (p + 1 < m->pend && p[1] == ')')
				return open_capture(m, s, p + 2, WLUA_CAPTURE_POSITION);
			return open_capture(m, s, p + 1, WLUA_CAPTURE_OPEN);
		}
		if (*p == ')')
			return close_capture(m, s, p + 1);
		if (*p == '$' && p + 1 == m->pend)
			return s == m->end ? s : NULL;
		if (*p == '%' && p + 1 < m->pend) {
			if (p[1] == 'b') {
				if ((s = balanced(m, s, p + 2)) == NULL)
					return NULL;
				p += 4;
				continue;
			}
			if (p[1] == 'f') {
				if ((p = frontier(m, s, p + 2)) == NULL)
					return NULL;
				continue;
			}
			if (isdigit((unsigned char)p[1])) {
				if ((s = repeated(m, s, (unsigned char)p[1])) == NULL)
					return NULL;
				p += 2;
				continue;
			}
		}
		const char *e = class_end(m, p);
		switch (e < m->pend ? *e : 0) {
		case '*': return greedy(m, s, p, e, 0);
		case '+': return greedy(m, s, p, e, 1);
		case '-': return lazy(m, s, p, e);
		case '?':
			if (one(m, s, p, e)) {
				const char *r = match(m, s + 1, e + 1);
				if (r != NULL)
					return r;
			}
			p = e + 1;
			continue;
		}
		if (!one(m, s, p, e))
			return NULL;
		s++;
		p = e;
	}
	return s;
}

static const char *match(wlua_matcher *m, const char *s, const char *p)
{
	if (++m->depth > MAX_DEPTH)
		luaL_error(m->L, "pattern too complex");
	const char *r = rest(m, s, p);
	m->depth--;
	return r;
}

const char *wlua_match_at(wlua_matcher *m, const char *s)
{
	m->depth = 0;
	m->captures = 0;
	return match(m, s, m->pat);
}

void wlua_push_capture(wlua_matcher *m, int i, const char *s, const char *e)
{
	if (i >= m->captures) {
		if (i != 0)
			luaL_error(m->L, "invalid capture index %%%d", i + 1);
		lua_pushlstring(m->L, s, (size_t)(e - s));
		return;
	}
	if (m->capture[i].len == WLUA_CAPTURE_OPEN)
		luaL_error(m->L, "unfinished capture");
	if (m->capture[i].len == WLUA_CAPTURE_POSITION)
		lua_pushinteger(m->L, m->capture[i].start - m->src + 1);
	else
		lua_pushlstring(m->L, m->capture[i].start, (size_t)m->capture[i].len);
}

int wlua_push_captures(wlua_matcher *m, const char *s, const char *e)
{
	int n = m->captures == 0 && s != NULL ? 1 : m->captures;

	luaL_checkstack(m->L, n, "too many captures");
	for (int i = 0; i < n; i++)
		wlua_push_capture(m, i, s, e);
	return n;
}

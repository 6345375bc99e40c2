#include "pattern.h"

/* Arguments 1 and 2: subject and pattern. An anchor is taken off the pattern
 * where anchored is given. */
static void prepare(lua_State *L, wlua_matcher *m, int *anchored)
{
	size_t n;

	m->L = L;
	m->state = wlua_self(L);
	m->src = luaL_checklstring(L, 1, &n);
	m->end = m->src + n;
	m->pat = luaL_checklstring(L, 2, &n);
	m->pend = m->pat + n;
	if (anchored != NULL && (*anchored = n > 0 && *m->pat == '^'))
		m->pat++;
}

/* The position that argument arg names, from 1 on, negative from the end; NULL
 * behind the end of the subject. */
static const char *init(lua_State *L, const wlua_matcher *m, int arg)
{
	lua_Integer i = luaL_optinteger(L, arg, 1), n = m->end - m->src;

	if (i < 0)
		i = i < -n ? 1 : n + i + 1;
	else if (i == 0)
		i = 1;
	return i - 1 > n ? NULL : m->src + (i - 1);
}

static int is_plain(const wlua_matcher *m)
{
	for (const char *p = m->pat; p < m->pend; p++)
		if (*p != 0 && strchr("^$*+?.([%-", *p) != NULL)
			return 0;
	return 1;
}

/* Both lengths and their product are bounded by the budget. */
static const char *find_plain(wlua_matcher *m, const char *s)
{
	size_t n = (size_t)(m->pend - m->pat);

	if (n == 0)
		return s;
	while ((size_t)(m->end - s) >= n) {
		const char *c = memchr(s, *m->pat, (size_t)(m->end - s) - n + 1);
		const char *to = c == NULL ? m->end : c;
		if (!wlua_charge(m->state, 1 + ((uint64_t)(to - s) + n) / WLUA_OCTETS_PER_STEP))
			luaL_error(m->L, "instruction limit");
		if (c == NULL || memcmp(c, m->pat, n) == 0)
			return c;
		s = c + 1;
	}
	return NULL;
}

static int search(lua_State *L, int find)
{
	wlua_matcher m;
	int anchored;

	prepare(L, &m, NULL);
	const char *s = init(L, &m, 3);
	if (s == NULL) {
		luaL_pushfail(L);
		return 1;
	}
	if (find && (lua_toboolean(L, 4) || is_plain(&m))) {
		s = find_plain(&m, s);
		if (s == NULL) {
			luaL_pushfail(L);
			return 1;
		}
		lua_pushinteger(L, s - m.src + 1);
		lua_pushinteger(L, s - m.src + (m.pend - m.pat));
		return 2;
	}
	prepare(L, &m, &anchored);
	do {
		const char *e = wlua_match_at(&m, s);
		if (e == NULL)
			continue;
		if (!find)
			return wlua_push_captures(&m, s, e);
		lua_pushinteger(L, s - m.src + 1);
		lua_pushinteger(L, e - m.src);
		return 2 + wlua_push_captures(&m, NULL, NULL);
	} while (!anchored && s++ < m.end);
	luaL_pushfail(L);
	return 1;
}

int wlua_find(lua_State *L) { return search(L, 1); }
int wlua_match(lua_State *L) { return search(L, 0); }

/* Upvalues: subject, pattern, where to go on, where the last match ended (-1:
 * none yet). */
static int gmatch_next(lua_State *L)
{
	wlua_matcher m;
	lua_Integer at = lua_tointeger(L, lua_upvalueindex(3)), last = lua_tointeger(L, lua_upvalueindex(4));

	lua_settop(L, 0);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_pushvalue(L, lua_upvalueindex(2));
	prepare(L, &m, NULL);
	for (; at <= m.end - m.src; at++) {
		const char *e = wlua_match_at(&m, m.src + at);
		if (e == NULL || e - m.src == last)
			continue;
		lua_pushinteger(L, e - m.src);
		lua_copy(L, -1, lua_upvalueindex(3));
		lua_replace(L, lua_upvalueindex(4));
		return wlua_push_captures(&m, m.src + at, e);
	}
	return 0;
}

int wlua_gmatch(lua_State *L)
{
	wlua_matcher m;

	prepare(L, &m, NULL);
	const char *s = init(L, &m, 3);
	lua_settop(L, 2);
	lua_pushinteger(L, s == NULL ? m.end - m.src + 1 : s - m.src);
	lua_pushinteger(L, -1);
	lua_pushcclosure(L, gmatch_next, 4);
	return 1;
}

/* Adds the replacement string, argument 3, with its %0 to %9 filled in. */
static void add_string(wlua_matcher *m, luaL_Buffer *b, const char *s, const char *e)
{
	size_t n;
	const char *r = lua_tolstring(m->L, 3, &n), *end = r + n;

	for (; r < end; r++) {
		if (!wlua_charge(m->state, 1))
			luaL_error(m->L, "instruction limit");
		if (*r != '%') {
			luaL_addchar(b, *r);
			continue;
		}
		r++;
		if (r < end && *r == '%') {
			luaL_addchar(b, '%');
		} else if (r < end && *r == '0') {
			luaL_addlstring(b, s, (size_t)(e - s));
		} else if (r < end && *r >= '1' && *r <= '9') {
			wlua_push_capture(m, *r - '1', s, e);
			luaL_tolstring(m->L, -1, NULL); /* of a position */
			lua_remove(m->L, -2);
			luaL_addvalue(b);
		} else {
			luaL_error(m->L, "invalid use of '%%' in replacement string");
		}
	}
}

static void add_replacement(wlua_matcher *m, luaL_Buffer *b, const char *s, const char *e, int type)
{
	lua_State *L = m->L;

	if (type == LUA_TFUNCTION) {
		lua_pushvalue(L, 3);
		lua_call(L, wlua_push_captures(m, s, e), 1);
	} else if (type == LUA_TTABLE) {
		wlua_push_capture(m, 0, s, e);
		lua_gettable(L, 3);
	} else {
		add_string(m, b, s, e);
		return;
	}
	if (!lua_toboolean(L, -1)) { /* the match stays */
		lua_pop(L, 1);
		luaL_addlstring(b, s, (size_t)(e - s));
	} else if (!lua_isstring(L, -1)) {
		luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
	} else {
		luaL_addvalue(b);
	}
}

int wlua_gsub(lua_State *L)
{
	wlua_matcher m;
	luaL_Buffer b;
	int anchored;
	lua_Integer n = 0;

	prepare(L, &m, &anchored);
	int type = lua_type(L, 3);
	luaL_argexpected(L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE,
			 3, "string/function/table");
	lua_Integer most = luaL_optinteger(L, 4, m.end - m.src + 1);
	const char *s = m.src, *last = NULL;

	luaL_buffinit(L, &b);
	while (n < most) {
		const char *e = wlua_match_at(&m, s);
		if (e != NULL && e != last) {
			n++;
			add_replacement(&m, &b, s, e, type);
			s = last = e;
		} else if (s < m.end) {
			luaL_addchar(&b, *s++);
		} else {
			break;
		}
		if (anchored)
			break;
	}
	luaL_addlstring(&b, s, (size_t)(m.end - s));
	luaL_pushresult(&b);
	lua_pushinteger(L, n);
	return 2;
}

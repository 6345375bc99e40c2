#include "shim.h"

struct call {
	int32_t ref;
	const char *args, *end;
	char *out;
	size_t cap;
	wlua_result r;
};

static int bad_arguments(lua_State *L, struct call *c)
{
	c->r.status = WLUA_ARGUMENTS;
	return luaL_error(L, "malformed arguments");
}

/* Reads a length and that many octets. */
static int octets(struct call *c, const char **p, size_t *n)
{
	uint32_t len;

	if ((size_t)(c->end - c->args) < sizeof(len))
		return 0;
	memcpy(&len, c->args, sizeof(len));
	c->args += sizeof(len);
	if (len > (size_t)(c->end - c->args))
		return 0;
	*p = c->args;
	*n = len;
	c->args += len;
	return 1;
}

/* Pushes the arguments, each an operation octet, in a table a key, and a
 * value. Returns their number. */
static int push(lua_State *L, struct call *c)
{
	int n = 0, in_table = 0;

	while (c->args < c->end) {
		int op = *c->args++;
		const char *p;
		size_t len;
		int64_t i;

		luaL_checkstack(L, 4, "too many arguments");
		if (op == WLUA_OP_END) {
			if (!in_table)
				return bad_arguments(L, c);
			in_table = 0;
			continue;
		}
		if (op == WLUA_OP_TABLE) {
			if (in_table)
				return bad_arguments(L, c);
			lua_newtable(L);
			in_table = 1;
			n++;
			continue;
		}
		if (in_table) {
			if (!octets(c, &p, &len))
				return bad_arguments(L, c);
			lua_pushlstring(L, p, len);
		}
		if (op == WLUA_OP_INT) {
			if ((size_t)(c->end - c->args) < sizeof(i))
				return bad_arguments(L, c);
			memcpy(&i, c->args, sizeof(i));
			c->args += sizeof(i);
			lua_pushinteger(L, i);
		} else if (op == WLUA_OP_BYTES) {
			if (!octets(c, &p, &len))
				return bad_arguments(L, c);
			lua_pushlstring(L, p, len);
		} else {
			return bad_arguments(L, c);
		}
		if (in_table)
			lua_rawset(L, -3);
		else
			n++;
	}
	if (in_table)
		return bad_arguments(L, c);
	return n;
}

static int call(lua_State *L)
{
	struct call *c = lua_touserdata(L, 1);
	int whole;
	const char *s;

	if (lua_rawgeti(L, LUA_REGISTRYINDEX, c->ref) != LUA_TFUNCTION)
		return bad_arguments(L, c);
	lua_call(L, push(L, c), 1);
	switch (lua_type(L, -1)) {
	case LUA_TNIL:
		c->r.kind = WLUA_NIL;
		return 0;
	case LUA_TBOOLEAN:
		c->r.kind = WLUA_BOOL;
		c->r.number = lua_toboolean(L, -1);
		return 0;
	case LUA_TNUMBER:
		c->r.number = lua_tointegerx(L, -1, &whole);
		if (!whole)
			break;
		c->r.kind = WLUA_INT;
		return 0;
	case LUA_TSTRING:
		c->r.kind = WLUA_STRING;
		s = lua_tolstring(L, -1, &c->r.len);
		memcpy(c->out, s, c->r.len < c->cap ? c->r.len : c->cap);
		return 0;
	}
	c->r.status = WLUA_RESULT;
	return luaL_error(L, "result is neither nil, boolean, integer nor string");
}

wlua_result wlua_call(wlua_state *s, int32_t ref, const void *args, size_t nargs,
		      void *out, size_t cap)
{
	struct call c = { ref, args, (const char *)args + nargs, out, cap, { 0 } };
	int rc = wlua_run(s, call, &c);

	if (rc == WLUA_OK)
		return c.r;
	wlua_result failed = { rc == WLUA_ERROR && c.r.status != WLUA_OK ? c.r.status : rc };
	return failed;
}

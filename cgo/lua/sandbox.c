#include "pattern.h"

static int call_original(lua_State *L)
{
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
	return lua_gettop(L);
}

/* Takes n steps that the instruction count does not see. */
static void pay(lua_State *L, lua_Unsigned n)
{
	if (!wlua_charge(wlua_self(L), n))
		luaL_error(L, "instruction limit");
}

static int rep(lua_State *L)
{
	lua_Integer n = luaL_checkinteger(L, 2);

	if (n > 0)
		pay(L, (lua_Unsigned)n);
	return call_original(L);
}

/* table.insert, table.remove and table.sort move as many elements as the length
 * operator says: with a metamethod, or in a sparse table, any number. */
static int shift(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_argcheck(L, luaL_getmetafield(L, 1, "__len") == LUA_TNIL, 1, "__len is not allowed here");
	return call_original(L);
}

static int insert(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	if (lua_gettop(L) > 2)
		pay(L, lua_rawlen(L, 1));
	return shift(L);
}

static int removed(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	if (lua_gettop(L) > 1)
		pay(L, lua_rawlen(L, 1));
	return shift(L);
}

static int move(lua_State *L)
{
	lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);

	if (to >= from)
		pay(L, (lua_Unsigned)to - (lua_Unsigned)from);
	return call_original(L);
}

/* Functions that read all of a string. */
static int read_string(lua_State *L)
{
	if (lua_type(L, 1) == LUA_TSTRING)
		pay(L, lua_rawlen(L, 1) / 4);
	return call_original(L);
}

/* Functions with as many results as the script asks for. */
static int many_results(lua_State *L)
{
	int n = call_original(L);

	pay(L, (lua_Unsigned)n / 4);
	return n;
}

static int concat(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	pay(L, lua_rawlen(L, 1));
	return call_original(L);
}

/* Comparisons by a function of the script are counted besides. */
static int sort(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_Unsigned n = lua_rawlen(L, 1), log = 1;
	while (n >> log != 0)
		log++;
	pay(L, n <= UINT32_MAX ? n * log * 4 : n);
	return shift(L);
}

/* Finalizers run uncounted. Lua regards only those that are there when the
 * metatable is set. */
static int setmetatable(lua_State *L)
{
	if (lua_type(L, 2) == LUA_TTABLE) {
		lua_pushliteral(L, "__gc");
		luaL_argcheck(L, lua_rawget(L, 2) == LUA_TNIL, 2, "__gc is not allowed");
		lua_pop(L, 1);
	}
	return call_original(L);
}

static void wrap(lua_State *L, const char *name, lua_CFunction f)
{
	lua_getfield(L, -1, name);
	lua_pushcclosure(L, f, 1);
	lua_setfield(L, -2, name);
}

static void replace(lua_State *L, const char *name, lua_CFunction f)
{
	lua_pushcfunction(L, f);
	lua_setfield(L, -2, name);
}

static void drop(lua_State *L, const char *name)
{
	lua_pushnil(L);
	lua_setfield(L, -2, name);
}

int wlua_open_sandbox(lua_State *L)
{
	static const luaL_Reg libraries[] = {
		{ LUA_GNAME, luaopen_base },
		{ LUA_STRLIBNAME, luaopen_string },
		{ LUA_TABLIBNAME, luaopen_table },
		{ LUA_MATHLIBNAME, luaopen_math },
		{ LUA_UTF8LIBNAME, luaopen_utf8 },
	};
	static const char *const unwanted[] = { "load", "loadfile", "dofile", "require", "print",
						"warn", "collectgarbage", "xpcall" };

	for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
		luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
		lua_pop(L, 1);
	}
	lua_pushglobaltable(L);
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(*unwanted); i++)
		drop(L, unwanted[i]);
	wrap(L, "setmetatable", setmetatable);
	wrap(L, "tonumber", read_string);
	lua_getfield(L, -1, LUA_STRLIBNAME);
	drop(L, "dump");
	wrap(L, "rep", rep);
	wrap(L, "byte", many_results);
	if (!wlua_self(L)->uncounted) {
		replace(L, "find", wlua_find);
		replace(L, "match", wlua_match);
		replace(L, "gmatch", wlua_gmatch);
		replace(L, "gsub", wlua_gsub);
	}
	lua_pop(L, 1);
	lua_getfield(L, -1, LUA_TABLIBNAME);
	wrap(L, "insert", insert);
	wrap(L, "remove", removed);
	wrap(L, "move", move);
	wrap(L, "concat", concat);
	wrap(L, "sort", sort);
	wrap(L, "unpack", many_results);
	lua_pop(L, 1);
	lua_getfield(L, -1, LUA_UTF8LIBNAME);
	wrap(L, "len", read_string);
	wrap(L, "offset", read_string);
	wrap(L, "codepoint", read_string);
	return 0;
}

#include "shim.h"

#include <stdio.h>
#include <time.h>

/* More refusals than this in one call are a script that lives on the edge of
 * its memory, where each allocation costs a full collection. */
enum { MAX_REFUSALS = 8 };

/* Instructions between two looks at the limits. */
enum { TICK = 1000 };

static void on_count(lua_State *L, lua_Debug *ar);

/* From here on every instruction fails, so that pcall cannot go on. */
static void stop(wlua_state *s, int why)
{
	if (s->exceeded == 0)
		s->exceeded = why;
	lua_sethook(s->L, on_count, LUA_MASKCOUNT, 1);
}

/* One instruction may compare strings of any length, or raise an error in the
 * library: what the count does not see, the time of the thread does. A call that
 * ends before the first tick never asks for it. */
static int overtime(wlua_state *s)
{
	struct timespec t;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0)
		return 0;
	int64_t now = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	if (s->since == 0) {
		s->since = now;
		return 0;
	}
	return now - s->since > s->nanos;
}

static void on_count(lua_State *L, lua_Debug *ar)
{
	wlua_state *s = wlua_self(L);

	(void)ar;
	if (s->exceeded == 0) {
		s->left -= TICK;
		if (s->left > 0 && !overtime(s)) {
			int next = s->left < TICK ? s->left : TICK;
			lua_sethook(L, on_count, LUA_MASKCOUNT, next);
			return;
		}
	}
	stop(s, WLUA_INSTRUCTIONS);
	luaL_error(L, s->exceeded == WLUA_MEMORY ? "memory limit" : "instruction limit");
}

int wlua_charge(wlua_state *s, uint64_t n)
{
	if (s->budget >= 0 && n <= (uint64_t)s->budget) {
		s->budget -= (int64_t)n;
		return 1;
	}
	s->budget = -1;
	stop(s, WLUA_INSTRUCTIONS);
	return 0;
}

static void *allocate(void *ud, void *p, size_t old, size_t n)
{
	wlua_state *s = ud;

	(void)old; /* a type tag where p is NULL */
	if (n == 0) {
		warena_free(s->arena, p);
		return NULL;
	}
	void *q = warena_realloc(s->arena, p, n);
	if (q == NULL && s->running && ++s->refusals > MAX_REFUSALS)
		stop(s, WLUA_MEMORY);
	/* Strings are copied in one instruction, however long. */
	if (q != NULL && s->running)
		wlua_charge(s, n / WLUA_OCTETS_PER_STEP);
	return q;
}

wlua_state *wlua_self(lua_State *L)
{
	void *ud;

	lua_getallocf(L, &ud);
	return ud;
}

int wlua_run(wlua_state *s, lua_CFunction f, void *arg)
{
	lua_State *L = s->L;

	lua_settop(L, 0);
	s->exceeded = 0;
	s->refusals = 0;
	s->budget = s->instructions;
	s->message[0] = 0;
	lua_pushcfunction(L, f); /* neither this nor the next allocates */
	lua_pushlightuserdata(L, arg);
	s->left = s->instructions;
	s->since = 0;
	lua_sethook(L, on_count, LUA_MASKCOUNT, s->left < TICK ? s->left : TICK);
	s->running = 1;
	int rc = lua_pcall(L, 1, 0, 0);
	s->running = 0;
	lua_sethook(L, NULL, 0, 0);
	if (rc != LUA_OK) {
		/* lua_tolstring would convert, and allocate, if it were a number. */
		const char *m = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "error value is not a string";
		snprintf(s->message, sizeof(s->message), "%s", m);
	}
	lua_settop(L, 0);
	if (s->exceeded != 0)
		return s->exceeded;
	if (rc == LUA_ERRMEM)
		return WLUA_MEMORY;
	return rc == LUA_OK ? WLUA_OK : WLUA_ERROR;
}

wlua_state *wlua_new(uintptr_t arena, int instructions, int64_t nanos, bool uncounted)
{
	warena *a = (warena *)arena;
	wlua_state *s = warena_alloc(a, sizeof(*s));

	if (s == NULL)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->arena = a;
	s->instructions = instructions;
	s->nanos = nanos;
	s->uncounted = uncounted;
	s->L = lua_newstate(allocate, s);
	if (s->L == NULL || wlua_run(s, wlua_open_sandbox, NULL) != WLUA_OK)
		return NULL; /* all of it goes with the arena */
	return s;
}

struct chunk {
	const char *text, *name;
	size_t len;
};

static int load(lua_State *L)
{
	struct chunk *c = lua_touserdata(L, 1);

	/* Only text: byte code is not checked and can crash the machine. */
	if (luaL_loadbufferx(L, c->text, c->len, c->name, "t") != LUA_OK)
		return lua_error(L);
	lua_call(L, 0, 0);
	return 0;
}

int32_t wlua_load(wlua_state *s, const char *text, size_t len, const char *name)
{
	struct chunk c = { text, name, len };

	return wlua_run(s, load, &c);
}

static int find(lua_State *L)
{
	struct chunk *c = lua_touserdata(L, 1);

	lua_pushglobaltable(L);
	lua_pushlstring(L, c->name, c->len);
	if (lua_rawget(L, -2) != LUA_TFUNCTION)
		return luaL_error(L, "no such function");
	c->len = (size_t)luaL_ref(L, LUA_REGISTRYINDEX);
	return 0;
}

int32_t wlua_function(wlua_state *s, const char *name, size_t len, int32_t *ref)
{
	struct chunk c = { NULL, name, len };
	int rc = wlua_run(s, find, &c);

	*ref = rc == WLUA_OK ? (int32_t)c.len : LUA_NOREF;
	return rc;
}

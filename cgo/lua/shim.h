#ifndef WEIR_LUA_SHIM_H
#define WEIR_LUA_SHIM_H

#include <stdbool.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#define WARENA_EDITION 2
#include "../arena/arena.h"

/* Same order as the Go types Result, Kind and the argument operations. */
enum wlua_status {
	WLUA_OK,
	WLUA_ERROR,
	WLUA_INSTRUCTIONS,
	WLUA_MEMORY,
	WLUA_ARGUMENTS,
	WLUA_RESULT,
};
enum wlua_kind { WLUA_NIL, WLUA_BOOL, WLUA_INT, WLUA_STRING };
enum wlua_op { WLUA_OP_INT, WLUA_OP_BYTES, WLUA_OP_TABLE, WLUA_OP_END };

/* Octets copied or read in C that count as one instruction. */
enum { WLUA_OCTETS_PER_STEP = 16 };

typedef struct {
	lua_State *L;
	warena *arena;
	int instructions; /* for each call */
	int left;         /* instructions of the current call */
	int64_t nanos;    /* processor time for each call */
	int64_t since;    /* when the current call was first looked at; 0: not yet */
	int exceeded;     /* wlua_status of a limit that the current call hit */
	int refusals;     /* of memory, in the current call */
	int running;
	bool uncounted;   /* keep the library's own patterns, to compare with */
	int64_t budget; /* left in the current call, of work in C */
	char message[200];
} wlua_state;

typedef struct {
	int32_t status;
	int32_t kind;
	int64_t number;
	uint64_t len;
} wlua_result;

wlua_state *wlua_new(uintptr_t arena, int instructions, int64_t nanos, bool uncounted);
int32_t wlua_load(wlua_state *s, const char *chunk, size_t len, const char *name);
int32_t wlua_function(wlua_state *s, const char *name, size_t len, int32_t *ref);
wlua_result wlua_call(wlua_state *s, int32_t ref, const void *args, size_t nargs,
		      void *out, size_t cap);

/* Runs f, a C function with the light userdata arg, under the limits. */
int wlua_run(wlua_state *s, lua_CFunction f, void *arg);
wlua_state *wlua_self(lua_State *L);
/* Takes n steps off the budget; 0 when it is exceeded. */
int wlua_charge(wlua_state *s, uint64_t n);
int wlua_open_sandbox(lua_State *L);

#endif

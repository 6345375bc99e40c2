#ifndef WEIR_LUA_PATTERN_H
#define WEIR_LUA_PATTERN_H

#include "shim.h"

enum { WLUA_CAPTURES = 32 };

/* A capture that is not a stretch of the subject. */
enum { WLUA_CAPTURE_OPEN = -1, WLUA_CAPTURE_POSITION = -2 };

typedef struct {
	lua_State *L;
	wlua_state *state;      /* pays for the steps */
	const char *src, *end;  /* the subject */
	const char *pat, *pend; /* the pattern, without its anchor */
	int depth;
	int captures;
	struct {
		const char *start;
		ptrdiff_t len;
	} capture[WLUA_CAPTURES];
} wlua_matcher;

/* The end of the match of the whole pattern at s, or NULL. Raises an error on
 * a malformed pattern and when the budget is used up. */
const char *wlua_match_at(wlua_matcher *m, const char *s);

/* Pushes capture i (from 0) of a match of s up to e; 0 is the whole match
 * where the pattern has no captures. */
void wlua_push_capture(wlua_matcher *m, int i, const char *s, const char *e);

/* Pushes all captures, or the whole match; returns how many. */
int wlua_push_captures(wlua_matcher *m, const char *s, const char *e);

/* string.find, .match, .gmatch and .gsub. */
int wlua_find(lua_State *L);
int wlua_match(lua_State *L);
int wlua_gmatch(lua_State *L);
int wlua_gsub(lua_State *L);

#endif

#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * The one door to jansson: reading values by path, writing by appending.
 * A path is member names and array indices joined by dots: "channel.id",
 * "args.0".
 */
struct json;

/* NULL unless the slice is one JSON text of at most 32 levels (duplicate
 * members refused).  json_free() it. */
struct json *json_parse(const void *, size_t);
void json_free(struct json *);

/* In NULL, which was no JSON, nothing is found. */

/* Borrowed until json_free().  NULL: no such member, or not a string. */
const char *json_str(const struct json *, const char *path);
/* 1: it is this string. */
int json_is(const struct json *, const char *path, const char *word);
/* 0, or -1 when there is no such integer. */
int json_int(const struct json *, const char *path, int64_t *out);
/* 1 or 0; -1 when there is no such boolean. */
int json_bool(const struct json *, const char *path);
/* Elements of an array ("" is the root), or -1. */
int json_count(const struct json *, const char *path);

/* Appends `s` as a JSON string with its quotes; bytes that are not UTF-8
 * become U+FFFD. */
void json_put_str(struct buf *, const char *s);

#endif

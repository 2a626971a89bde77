#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/key.h"
#include "lib/log.h"
#include "lib/scan.h"
#include "lib/secret.h"

#include "bridge-client/journal/vault.h"

#define DAY_S	86400
#define HEAD	10		/* generation, part of the nonce */
#define NPUB	crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG	crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(VAULT_MORE == HEAD + TAG, "what sealing adds");
_Static_assert(NPUB == VAULT_ID_BYTES + 8, "the nonce");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == KEY_BYTES,
    "the key");

struct day_key {
	int32_t		 day;
	uint16_t	 generation;
	struct secret	*key;		/* NULL: not read yet */
	int		 is_told;	/* that it cannot be read */
};

struct vault {
	char		*dir;		/* NULL: in memory only */
	struct day_key	*key;
	size_t		 n, size;
	size_t		 last;		/* index of the one used last */
	uint64_t	 salt;		/* next part of a nonce */
	int		 high_fd;	/* of the mark; -1: not open */
	int64_t		 high;		/* in memory only: the mark; -1: none */
	char		 why[512];
};

static int complain(struct vault *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
complain(struct vault *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v->why, sizeof(v->why), fmt, ap);
	va_end(ap);
	return -1;
}

const char *
vault_error(const struct vault *v)
{
	return v->why;
}

void
vault_forget_error(struct vault *v)
{
	v->why[0] = '\0';
}

/* A UUIDv7 begins with 48 bits of milliseconds (RFC 9562, 5.7). */
int32_t
vault_day(const unsigned char id[VAULT_ID_BYTES])
{
	uint64_t ms = 0;
	int i;

	for (i = 0; i < 6; i++)
		ms = ms << 8 | id[i];
	return (int32_t)(ms / 1000 / DAY_S);
}

/*
 * Names of files, and the mark: one line of a fixed length, which is written
 * over in place, within one sector of any disk.
 */
#define HIGH_NAME	"high-water"
#define HIGH_HEAD	"calloffer-high-water-1 "
#define HIGH_LEN	(sizeof(HIGH_HEAD) - 1 + 12 + 1)

static void
path_of(const struct vault *v, const struct day_key *k, char *dst, size_t size)
{
	char date[CLOCK_ISO_SIZE];

	clock_iso((int64_t)k->day * DAY_S, date);
	snprintf(dst, size, "%s/%.10s.%u", v->dir, date, k->generation);
}

/* 0, or -1: the name is not that of a key. */
static int
read_name(const char *name, struct day_key *k)
{
	char date[11];
	uint64_t generation;
	int64_t at;

	snprintf(date, sizeof(date), "%.10s", name);
	if (clock_read_day(date, &at) != 0 || name[10] != '.' ||
	    scan_uint(name + 11, strlen(name + 11), UINT16_MAX,
	    &generation) == -1)
		return -1;
	memset(k, 0, sizeof(*k));
	k->day = (int32_t)(at / DAY_S);
	k->generation = (uint16_t)generation;
	return 0;
}

/* So that what is deleted stays so after a power failure. */
static int
sync_dir(struct vault *v)
{
	int fd, rc;

	if (v->dir == NULL)
		return 0;
	fd = open(v->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = fd == -1 ? -1 : fsync(fd);
	if (rc == -1)
		complain(v, "%s: %s", v->dir, strerror(errno));
	if (fd != -1)
		close(fd);
	return rc;
}

/* The list. */

static struct day_key *
add(struct vault *v, const struct day_key *k)
{
	size_t size = v->size > 0 ? 2 * v->size : 16;
	struct day_key *grown;

	if (v->n == v->size) {
		grown = reallocarray(v->key, size, sizeof(*grown));
		if (grown == NULL) {
			complain(v, "out of memory");
			return NULL;
		}
		v->key = grown;
		v->size = size;
	}
	v->key[v->n] = *k;
	return &v->key[v->n++];
}

static void
forget(struct vault *v, size_t i)
{
	secret_free(v->key[i].key);
	v->key[i] = v->key[--v->n];
	v->last = 0;
}

static struct day_key *
find(struct vault *v, int32_t day, uint16_t generation)
{
	size_t i;

	if (v->last < v->n && v->key[v->last].day == day &&
	    v->key[v->last].generation == generation)
		return &v->key[v->last];
	for (i = 0; i < v->n; i++)
		if (v->key[i].day == day && v->key[i].generation == generation)
			return &v->key[v->last = i];
	return NULL;
}

static const struct day_key *
newest(const struct vault *v, int32_t day)
{
	const struct day_key *k = NULL;
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->key[i].day == day &&
		    (k == NULL || v->key[i].generation > k->generation))
			k = &v->key[i];
	return k;
}

static int
read_dir(struct vault *v)
{
	DIR *dir = opendir(v->dir);
	struct dirent *entry;
	struct day_key k;
	int rc = 0;

	if (dir == NULL)
		return complain(v, "%s: %s", v->dir, strerror(errno));
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (read_name(entry->d_name, &k) == 0 && add(v, &k) == NULL)
			rc = -1;
	closedir(dir);
	return rc;
}

struct vault *
vault_open(const char *dir, char *why, size_t size)
{
	struct vault *v = calloc(1, sizeof(*v));

	if (v == NULL || secret_init() == -1) {
		snprintf(why, size, "out of memory");
		free(v);
		return NULL;
	}
	randombytes_buf(&v->salt, sizeof(v->salt));
	v->high = v->high_fd = -1;
	if (dir == NULL)
		return v;
	v->dir = strdup(dir);
	if (v->dir == NULL)
		complain(v, "out of memory");
	else if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		complain(v, "%s: %s", dir, strerror(errno));
	else if (read_dir(v) == 0)
		return v;
	snprintf(why, size, "%s", v->why);
	vault_close(v);
	return NULL;
}

void
vault_close(struct vault *v)
{
	if (v == NULL)
		return;
	while (v->n > 0)
		forget(v, v->n - 1);
	if (v->high_fd != -1)
		close(v->high_fd);
	free(v->key);
	free(v->dir);
	free(v);
}

/* Keys. */

static struct day_key *
make(struct vault *v, int32_t day, uint16_t generation)
{
	struct day_key k = { .day = day, .generation = generation }, *made;
	unsigned char bytes[KEY_BYTES];
	char path[4096];
	int rc = 0;

	randombytes_buf(bytes, sizeof(bytes));
	if (v->dir != NULL) {
		path_of(v, &k, path, sizeof(path));
		rc = key_save(KEY_DAY, bytes, path, v->why, sizeof(v->why));
	}
	k.key = secret_take(bytes, sizeof(bytes));
	if (k.key == NULL)
		complain(v, "out of memory");
	made = rc == 0 && k.key != NULL ? add(v, &k) : NULL;
	if (made == NULL)
		secret_free(k.key);
	return made;
}

/* Reads it, where that has not been done.  A file that is not there any more
 * is GONE; one that cannot be read says why. */
static enum vault_result
read_key(struct vault *v, struct day_key *k)
{
	struct key key;
	char path[4096];

	if (k->key != NULL)
		return VAULT_OK;
	path_of(v, k, path, sizeof(path));
	if (key_load(&key, KEY_DAY, path, v->why, sizeof(v->why)) == 0) {
		k->key = key.secret;
		return VAULT_OK;
	}
	if (access(path, F_OK) != 0 && errno == ENOENT) {
		v->why[0] = '\0';
		return VAULT_GONE;
	}
	if (!k->is_told)
		log_warn("day-key=%s", v->why);
	k->is_told = 1;
	return VAULT_FAILED;
}

/* The one that seals, made where there is none. */
static enum vault_result
sealing_key(struct vault *v, int32_t day, struct day_key **out)
{
	const struct day_key *k;
	enum vault_result r;

	while ((k = newest(v, day)) != NULL) {
		*out = find(v, day, k->generation);
		r = read_key(v, *out);
		if (r != VAULT_GONE)
			return r;
		forget(v, (size_t)(*out - v->key));
	}
	*out = make(v, day, 0);
	return *out != NULL ? VAULT_OK : VAULT_FAILED;
}

/* Sealing. */

static void
make_nonce(unsigned char nonce[NPUB], const unsigned char *id,
    const unsigned char *part)
{
	memcpy(nonce, id, VAULT_ID_BYTES);
	memcpy(nonce + VAULT_ID_BYTES, part, NPUB - VAULT_ID_BYTES);
}

enum vault_result
vault_seal(struct vault *v, const unsigned char id[VAULT_ID_BYTES],
    const void *text, size_t len, struct buf *out)
{
	unsigned char nonce[NPUB], *room;
	struct day_key *k;
	enum vault_result r;

	v->why[0] = '\0';
	r = sealing_key(v, vault_day(id), &k);
	if (r != VAULT_OK)
		return r;
	buf_u16(out, k->generation);
	buf_u64(out, v->salt++);
	room = buf_room(out, len + TAG);
	if (room == NULL) {
		complain(v, "too long");
		return VAULT_FAILED;
	}
	make_nonce(nonce, id, room - (NPUB - VAULT_ID_BYTES));
	crypto_aead_xchacha20poly1305_ietf_encrypt(room, NULL, text, len, NULL,
	    0, NULL, nonce, secret_bytes(k->key));
	buf_grown(out, len + TAG);
	return VAULT_OK;
}

static uint16_t
generation_of(const unsigned char *sealed)
{
	return (uint16_t)(sealed[0] << 8 | sealed[1]);
}

enum vault_result
vault_unseal(struct vault *v, const unsigned char id[VAULT_ID_BYTES],
    const void *sealed, size_t n, unsigned char *text, size_t *len)
{
	const unsigned char *p = sealed;
	unsigned char nonce[NPUB];
	struct day_key *k;
	enum vault_result r;

	if (n < VAULT_MORE || n - VAULT_MORE > *len) {
		complain(v, "not the length of anything sealed");
		return VAULT_FAILED;
	}
	k = find(v, vault_day(id), generation_of(p));
	r = k == NULL ? VAULT_GONE : read_key(v, k);
	if (r != VAULT_OK)
		return r;
	make_nonce(nonce, id, p + 2);
	*len = n - VAULT_MORE;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(text, NULL, NULL,
	    p + HEAD, n - HEAD, NULL, 0, nonce, secret_bytes(k->key)) == 0 ?
	    VAULT_OK : VAULT_GONE;
}

/* Days. */

int
vault_next_day(const struct vault *v, int32_t after, int32_t *day)
{
	int is_found = 0;
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->key[i].day > after &&
		    (!is_found || v->key[i].day < *day)) {
			*day = v->key[i].day;
			is_found = 1;
		}
	return is_found;
}

int
vault_is_mixed(const struct vault *v, int32_t day)
{
	size_t i, n = 0;

	for (i = 0; i < v->n; i++)
		n += v->key[i].day == day;
	return n > 1;
}

int
vault_read(struct vault *v, int32_t day)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->key[i].day == day &&
		    read_key(v, &v->key[i]) == VAULT_FAILED)
			return -1;
	return 0;
}

int
vault_renew(struct vault *v, int32_t day)
{
	const struct day_key *k = newest(v, day);

	if (k != NULL && k->generation == UINT16_MAX)
		return complain(v, "this day has had too many keys");
	return make(v, day, k == NULL ? 0 : (uint16_t)(k->generation + 1)) !=
	    NULL ? 0 : -1;
}

/* The file first, then what is in memory. */
static int
delete(struct vault *v, size_t i)
{
	char path[4096];

	if (v->dir != NULL) {
		path_of(v, &v->key[i], path, sizeof(path));
		if (unlink(path) != 0 && errno != ENOENT)
			return complain(v, "%s: %s", path, strerror(errno));
	}
	forget(v, i);
	return 0;
}

/* Deletes the keys of days from `first` to `last`, but for this one. */
static int
delete_days(struct vault *v, int32_t first, int32_t last,
    const struct day_key *but)
{
	const struct day_key kept = but != NULL ? *but :
	    (struct day_key){ .day = INT32_MIN };
	int rc = 0, n = 0;
	size_t i;

	for (i = v->n; i-- > 0; ) {
		const struct day_key *k = &v->key[i];

		if (k->day < first || k->day > last ||
		    (k->day == kept.day && k->generation == kept.generation))
			continue;
		n++;
		if (delete(v, i) == -1)
			rc = -1;
	}
	return n > 0 && sync_dir(v) == -1 ? -1 : rc;
}

int
vault_settle(struct vault *v, int32_t day)
{
	return delete_days(v, day, day, newest(v, day));
}

int
vault_erase(struct vault *v, int32_t day)
{
	return delete_days(v, day, day, NULL);
}

int
vault_expire(struct vault *v, int32_t before)
{
	return delete_days(v, INT32_MIN + 1, before - 1, NULL);
}

void
vault_look(struct vault *v)
{
	struct stat st;
	char path[4096];
	size_t i;

	for (i = v->dir != NULL ? v->n : 0; i-- > 0; ) {
		path_of(v, &v->key[i], path, sizeof(path));
		if (stat(path, &st) == 0 || errno != ENOENT)
			continue;
		log_info("day-key=%s gone", strrchr(path, '/') + 1);
		forget(v, i);
	}
}

/* The mark. */

static int
open_high(struct vault *v, int flags)
{
	char path[4096];

	if (v->high_fd != -1)
		return 0;
	snprintf(path, sizeof(path), "%s/" HIGH_NAME, v->dir);
	v->high_fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	if (v->high_fd != -1)
		return flags & O_CREAT ? sync_dir(v) : 0;
	return complain(v, "%s: %s", path, strerror(errno));
}

int
vault_high(struct vault *v, int64_t *wall)
{
	const size_t head = sizeof(HIGH_HEAD) - 1;
	char line[HIGH_LEN + 1];
	uint64_t at;

	*wall = v->high;
	if (v->dir == NULL)
		return v->high != -1;
	if (open_high(v, 0) != 0) {
		if (errno != ENOENT)
			return -1;
		v->why[0] = '\0';
		return 0;
	}
	if (pread(v->high_fd, line, sizeof(line), 0) != (ssize_t)HIGH_LEN ||
	    memcmp(line, HIGH_HEAD, head) != 0 || line[HIGH_LEN - 1] != '\n' ||
	    scan_uint(line + head, 12, INT64_MAX, &at) != 0)
		return complain(v, "%s/" HIGH_NAME ": is damaged", v->dir);
	*wall = (int64_t)at;
	return 1;
}

int
vault_set_high(struct vault *v, int64_t wall)
{
	char line[HIGH_LEN + 1];

	v->high = wall;
	if (v->dir == NULL)
		return 0;
	snprintf(line, sizeof(line), HIGH_HEAD "%012lld\n", (long long)wall);
	errno = ENOSPC;		/* where less of it is written */
	if (open_high(v, O_CREAT) == 0) {
		if (pwrite(v->high_fd, line, HIGH_LEN, 0) ==
		    (ssize_t)HIGH_LEN && fdatasync(v->high_fd) == 0)
			return 0;
		complain(v, "%s/" HIGH_NAME ": %s", v->dir, strerror(errno));
	}
	log_warn("high-water=not-written why=\"%s\"", v->why);
	return -1;
}

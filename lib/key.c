/*
 * Key files and rings of public keys.  Nothing here signs, seals or opens:
 * secret kinds are handed on as they were read.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/scan.h"
#include "lib/secret.h"

#include "lib/key.h"

#define LINE_SIZE	128	/* more than any key file's line */
#define VARIANT		sodium_base64_VARIANT_URLSAFE_NO_PADDING

static const struct {
	const char	*name;
	int		 is_secret;
} kinds[] = {
	[KEY_SIGN] = { "sign", 1 },
	[KEY_VERIFY] = { "verify", 0 },
	[KEY_UNSEAL] = { "unseal", 1 },
	[KEY_SEAL] = { "seal", 0 },
	[KEY_MAC] = { "mac", 1 },
	[KEY_DAY] = { "day", 1 },
};

/* Where a complaint goes. */
struct why {
	char	*text;
	size_t	 size;
};

static int complain(const struct why *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
complain(const struct why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, why->size, fmt, ap);
	va_end(ap);
	return -1;
}

/* Says nothing of the line's content: it may be a secret of another kind. */
static int
parse_line(enum key_kind kind, const char *line, size_t len,
    unsigned char bytes[KEY_BYTES])
{
	char head[32];
	size_t n, got;

	n = (size_t)snprintf(head, sizeof(head), "calloffer-%s-1 ",
	    kinds[kind].name);
	if (len < n || memcmp(line, head, n) != 0)
		return -1;
	if (scan_is_base64url(line + n, len - n) &&
	    sodium_base642bin(bytes, KEY_BYTES, line + n, len - n, NULL, &got,
	    NULL, VARIANT) == 0 && got == KEY_BYTES)
		return 0;
	sodium_memzero(bytes, KEY_BYTES);
	return -1;
}

static int
refuse_line(enum key_kind kind, const char *path, const struct why *why)
{
	return complain(why, "%s: must hold one line, \"calloffer-%s-1\" and "
	    "the key in base64url, as calloffer keygen writes it", path,
	    kinds[kind].name);
}

static int
load_secret(struct key *k, const char *path, const struct why *why)
{
	unsigned char bytes[KEY_BYTES];
	struct secret *line;
	int rc;

	line = secret_read(path, why->text, why->size);
	if (line == NULL)
		return -1;
	rc = parse_line(k->kind, (const char *)secret_bytes(line),
	    secret_len(line), bytes);
	secret_free(line);
	if (rc != 0)
		return refuse_line(k->kind, path, why);
	k->secret = secret_take(bytes, sizeof(bytes));
	if (k->secret == NULL)
		return complain(why, "%s: out of memory", path);
	return 0;
}

/* Who can change a public key decides who is trusted.  The length, or -1. */
static ssize_t
read_public(const char *path, char line[LINE_SIZE], const struct why *why)
{
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return complain(why, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0)
		n = complain(why, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		n = complain(why, "%s: not a regular file", path);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		n = complain(why, "%s: others than its owner may change it: "
		    "chmod go-w %s", path, path);
	else if ((n = read(fd, line, LINE_SIZE)) == -1)
		complain(why, "%s: %s", path, strerror(errno));
	close(fd);
	return n;
}

static int
load_public(struct key *k, const char *path, const struct why *why)
{
	char line[LINE_SIZE];
	ssize_t len = read_public(path, line, why);

	if (len == -1)
		return -1;
	if (len > 0 && line[len - 1] == '\n')
		len--;
	if (parse_line(k->kind, line, (size_t)len, k->public) != 0)
		return refuse_line(k->kind, path, why);
	key_id(k->id, k->public);
	return 0;
}

int
key_load(struct key *k, enum key_kind kind, const char *path, char *text,
    size_t size)
{
	const struct why why = { text, size };
	int rc;

	memset(k, 0, sizeof(*k));
	k->kind = kind;
	rc = kinds[kind].is_secret ? load_secret(k, path, &why) :
	    load_public(k, path, &why);
	if (rc != 0)
		key_wipe(k);
	return rc;
}

void
key_wipe(struct key *k)
{
	secret_free(k->secret);
	memset(k, 0, sizeof(*k));
}

void
key_id(unsigned char id[KEY_ID_BYTES], const unsigned char public[KEY_BYTES])
{
	unsigned char hash[crypto_generichash_BYTES];

	crypto_generichash(hash, sizeof(hash), public, KEY_BYTES, NULL, 0);
	memcpy(id, hash, KEY_ID_BYTES);
}

void
key_id_hex(const unsigned char id[KEY_ID_BYTES], char dst[KEY_ID_HEX])
{
	sodium_bin2hex(dst, KEY_ID_HEX, id, KEY_ID_BYTES);
}

static int
write_synced(int fd, const char *line, mode_t mode)
{
	size_t len = strlen(line);

	if (fchmod(fd, mode) != 0)
		return -1;
	if (write(fd, line, len) != (ssize_t)len)
		return -1;
	return fsync(fd);
}

/* So that the name is there after a power failure, as its content is. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[4096];
	int fd, rc, n;

	n = slash == NULL ? snprintf(dir, sizeof(dir), ".") :
	    snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path + 1), path);
	if (n < 0 || (size_t)n >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

/* Written beside, then linked: link(2) does not replace what is there. */
static int
save_line(const char *path, const char *line, mode_t mode)
{
	char temp[4096];
	int fd, rc = -1, saved, n;

	n = snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof(temp)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (write_synced(fd, line, mode) == 0 && link(temp, path) == 0)
		rc = sync_folder(path);
	saved = errno;
	close(fd);
	unlink(temp);
	errno = saved;
	return rc;
}

int
key_save(enum key_kind kind, const unsigned char bytes[KEY_BYTES],
    const char *path, char *text, size_t size)
{
	const struct why why = { text, size };
	char line[LINE_SIZE], b64[64];
	int rc;

	sodium_bin2base64(b64, sizeof(b64), bytes, KEY_BYTES, VARIANT);
	snprintf(line, sizeof(line), "calloffer-%s-1 %s\n", kinds[kind].name,
	    b64);
	rc = save_line(path, line, kinds[kind].is_secret ? 0400 : 0444);
	sodium_memzero(line, sizeof(line));
	sodium_memzero(b64, sizeof(b64));
	if (rc == 0)
		return 0;
	if (errno == EEXIST)
		return complain(&why, "%s: is there already, and a key is "
		    "never overwritten", path);
	return complain(&why, "%s: %s", path, strerror(errno));
}

int
key_ring_add(struct key_ring *ring, enum key_kind kind, const char *path,
    char *text, size_t size)
{
	const struct why why = { text, size };
	char hex[KEY_ID_HEX];
	struct key k;

	if (kinds[kind].is_secret || (ring->n > 0 &&
	    ring->keys[0].kind != kind))
		return complain(&why, "%s: a ring holds public keys of one "
		    "kind", path);
	if (ring->n == KEY_RING_MAX)
		return complain(&why, "%s: more than %d keys", path,
		    KEY_RING_MAX);
	if (key_load(&k, kind, path, text, size) != 0)
		return -1;
	if (key_ring_find(ring, k.id) != NULL) {
		key_id_hex(k.id, hex);
		return complain(&why, "%s: a key %s is on the ring already",
		    path, hex);
	}
	ring->keys[ring->n++] = k;
	return 0;
}

const struct key *
key_ring_find(const struct key_ring *ring,
    const unsigned char id[KEY_ID_BYTES])
{
	size_t i;

	for (i = 0; i < ring->n; i++)
		if (memcmp(ring->keys[i].id, id, KEY_ID_BYTES) == 0)
			return &ring->keys[i];
	return NULL;
}

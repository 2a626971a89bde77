/* Key files: what is refused, what is written, and rings. */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/key.h"
#include "lib/secret.h"
#include "t/tap.h"

/* 32 bytes 0, 1, 2, ... */
#define B64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static char why[512];

static const char *
write_file(const char *name, const char *text, size_t len, mode_t mode)
{
	const char *path = tap_path(name);
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1 || write(fd, text, len) != (ssize_t)len ||
	    fchmod(fd, mode) != 0)
		tap_note("cannot write %s", path);
	close(fd);
	return path;
}

static const struct {
	const char	*name, *text;
	mode_t		 mode;
	enum key_kind	 kind;
} refused[] = {
	{ "readable by group", "calloffer-sign-1 " B64 "\n", 0440, KEY_SIGN },
	{ "readable by all", "calloffer-unseal-1 " B64 "\n", 0404, KEY_UNSEAL },
	{ "writable by all", "calloffer-mac-1 " B64 "\n", 0602, KEY_MAC },
	{ "public, writable by group", "calloffer-verify-1 " B64 "\n", 0664,
	    KEY_VERIFY },
	{ "public, writable by all", "calloffer-seal-1 " B64 "\n", 0646,
	    KEY_SEAL },
	{ "empty", "", 0444, KEY_VERIFY },
	{ "empty, secret", "", 0400, KEY_SIGN },
	{ "of another kind", "calloffer-sign-1 " B64 "\n", 0400, KEY_UNSEAL },
	{ "public for secret", "calloffer-verify-1 " B64 "\n", 0400,
	    KEY_SIGN },
	{ "secret for public", "calloffer-sign-1 " B64 "\n", 0400,
	    KEY_VERIFY },
	{ "version 2", "calloffer-verify-2 " B64 "\n", 0444, KEY_VERIFY },
	{ "no key", "calloffer-verify-1", 0444, KEY_VERIFY },
	{ "an empty key", "calloffer-verify-1 \n", 0444, KEY_VERIFY },
	{ "two spaces", "calloffer-verify-1  " B64 "\n", 0444, KEY_VERIFY },
	{ "space behind", "calloffer-verify-1 " B64 " \n", 0444, KEY_VERIFY },
	{ "space before", " calloffer-verify-1 " B64 "\n", 0444, KEY_VERIFY },
	{ "CRLF", "calloffer-verify-1 " B64 "\r\n", 0444, KEY_VERIFY },
	{ "an empty line", "calloffer-verify-1 " B64 "\n\n", 0444,
	    KEY_VERIFY },
	{ "a second line", "calloffer-verify-1 " B64 "\n# mine\n", 0444,
	    KEY_VERIFY },
	{ "padding", "calloffer-verify-1 " B64 "=\n", 0444, KEY_VERIFY },
	{ "stray low bits", "calloffer-verify-1 AAECAwQFBgcICQoLDA0ODxAREhMU"
	    "FRYXGBkaGxwdHh9\n", 0444, KEY_VERIFY },
	{ "the other base64", "calloffer-verify-1 +AECAwQFBgcICQoLDA0ODxAREhM"
	    "UFRYXGBkaGxwdHh8\n", 0444, KEY_VERIFY },
	{ "a byte above 0x7f", "calloffer-verify-1 \x80" "AECAwQFBgcICQoLDA0OD"
	    "xAREhMUFRYXGBkaGxwdHh8\n", 0444, KEY_VERIFY },
	{ "31 bytes", "calloffer-verify-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka"
	    "GxwdHg\n", 0444, KEY_VERIFY },
	{ "33 bytes", "calloffer-verify-1 " B64 "g\n", 0444, KEY_VERIFY },
	{ "34 bytes", "calloffer-verify-1 " B64 "gIQ\n", 0444, KEY_VERIFY },
	{ "31 bytes, secret", "calloffer-sign-1 AAECAwQFBgcICQoLDA0ODxAREhMUFR"
	    "YXGBkaGxwdHg\n", 0400, KEY_SIGN },
	{ "PEM", "-----BEGIN PRIVATE KEY-----\n", 0400, KEY_SIGN },
};

static void
test_refused(void)
{
	const char *path;
	struct key k;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		path = write_file("k", refused[i].text,
		    strlen(refused[i].text), refused[i].mode);
		why[0] = '\0';
		ok(key_load(&k, refused[i].kind, path, why, sizeof(why)) == -1
		    && strstr(why, path) != NULL && k.secret == NULL,
		    "refused: %s", refused[i].name);
		ok(strstr(why, "AAEC") == NULL, "without telling it: %s", why);
	}
	path = tap_path("none");
	ok(key_load(&k, KEY_VERIFY, path, why, sizeof(why)) == -1,
	    "refused: %s", why);
	ok(key_load(&k, KEY_SIGN, path, why, sizeof(why)) == -1,
	    "refused: %s", why);
	ok(key_load(&k, KEY_VERIFY, tap_dir(), why, sizeof(why)) == -1,
	    "refused: %s", why);
	path = write_file("k", "calloffer-verify-1 " B64 "\0\n", 64, 0444);
	ok(key_load(&k, KEY_VERIFY, path, why, sizeof(why)) == -1,
	    "refused: a NUL behind the key");
	path = tap_path("fifo");
	ok(mkfifo(path, 0400) == 0 &&
	    key_load(&k, KEY_VERIFY, path, why, sizeof(why)) == -1,
	    "refused: a FIFO, without waiting for its writer");
}

static void
test_loaded(void)
{
	unsigned char want[KEY_BYTES];
	char hex[KEY_ID_HEX];
	struct key k;
	int i;

	for (i = 0; i < KEY_BYTES; i++)
		want[i] = (unsigned char)i;
	is_int(key_load(&k, KEY_VERIFY, write_file("k", "calloffer-verify-1 "
	    B64 "\n", 63, 0444), why, sizeof(why)), 0, "a public key");
	is_mem(k.public, want, KEY_BYTES, "its bytes");
	ok(k.secret == NULL, "no secret");
	/* As b2sum -l 256 says of the same bytes. */
	key_id_hex(k.id, hex);
	is_str(hex, "cb2f5160", "its id");
	key_wipe(&k);
	is_int(k.public[1], 0, "wiped");

	is_int(key_load(&k, KEY_SIGN, write_file("k", "calloffer-sign-1 "
	    B64, 60, 0400), why, sizeof(why)), 0, "a secret key, no newline");
	is_int(secret_len(k.secret), KEY_BYTES, "its length");
	is_mem(secret_bytes(k.secret), want, KEY_BYTES, "its bytes");
	ok(k.public[1] == 0 && k.id[0] == 0, "nothing public");
	key_wipe(&k);
	ok(k.secret == NULL, "wiped");
	key_wipe(&k);
	ok(1, "twice is harmless");
}

static void
test_saved(void)
{
	static const struct {
		const char	*name;
		enum key_kind	 kind;
		mode_t		 mode;
	} each[] = {
		{ "sign", KEY_SIGN, 0400 }, { "verify", KEY_VERIFY, 0444 },
		{ "unseal", KEY_UNSEAL, 0400 }, { "seal", KEY_SEAL, 0444 },
		{ "mac", KEY_MAC, 0400 }, { "day", KEY_DAY, 0400 },
	};
	unsigned char bytes[KEY_BYTES];
	const unsigned char *got;
	struct stat st;
	struct key k;
	size_t i;

	umask(077);
	memset(bytes, 0xa5, sizeof(bytes));
	for (i = 0; i < 5; i++) {
		is_int(key_save(each[i].kind, bytes, tap_path(each[i].name),
		    why, sizeof(why)), 0, "saved: %s", each[i].name);
		ok(stat(tap_path(each[i].name), &st) == 0, "is there");
		is_int(st.st_mode & 07777, each[i].mode, "its mode");
		is_int(st.st_nlink, 1, "its only name");
		is_int(key_load(&k, each[i].kind, tap_path(each[i].name), why,
		    sizeof(why)), 0, "loaded (%s)", why);
		got = k.secret != NULL ? secret_bytes(k.secret) : k.public;
		is_mem(got, bytes, KEY_BYTES, "the same");
		key_wipe(&k);
	}
	ok(key_save(KEY_MAC, bytes, tap_path("mac"), why, sizeof(why)) == -1,
	    "never overwritten: %s", why);
	ok(key_save(KEY_MAC, bytes, tap_path("no/such"), why, sizeof(why)) ==
	    -1, "no folder: %s", why);
	ok(symlink("elsewhere", tap_path("link")) == 0 && key_save(KEY_MAC,
	    bytes, tap_path("link"), why, sizeof(why)) == -1 &&
	    access(tap_path("elsewhere"), F_OK) == -1,
	    "nor is a link that leads nowhere followed");
}

static void
test_ring(void)
{
	static struct key_ring ring;
	unsigned char bytes[KEY_BYTES] = { 0 };
	const struct key *found;
	unsigned char id[KEY_ID_BYTES];
	int i, n = 0;

	ok(key_ring_add(&ring, KEY_SIGN, tap_path("sign"), why, sizeof(why)) ==
	    -1, "no secret on a ring: %s", why);
	ok(key_ring_add(&ring, KEY_VERIFY, tap_path("seal"), why, sizeof(why))
	    == -1, "no other kind's file: %s", why);
	is_int(key_ring_add(&ring, KEY_VERIFY, tap_path("verify"), why,
	    sizeof(why)), 0, "the first");
	ok(key_ring_add(&ring, KEY_VERIFY, tap_path("verify"), why,
	    sizeof(why)) == -1, "not twice: %s", why);
	ok(key_ring_add(&ring, KEY_SEAL, tap_path("seal"), why, sizeof(why)) ==
	    -1, "not of another kind: %s", why);
	for (i = 1; i < KEY_RING_MAX; i++) {
		bytes[0] = (unsigned char)i;
		unlink(tap_path("more"));
		n += key_save(KEY_VERIFY, bytes, tap_path("more"), why,
		    sizeof(why)) != 0 || key_ring_add(&ring, KEY_VERIFY,
		    tap_path("more"), why, sizeof(why)) != 0;
	}
	is_int(n, 0, "as many as it holds");
	bytes[0] = KEY_RING_MAX;
	unlink(tap_path("more"));
	ok(key_save(KEY_VERIFY, bytes, tap_path("more"), why, sizeof(why)) == 0
	    && key_ring_add(&ring, KEY_VERIFY, tap_path("more"), why,
	    sizeof(why)) == -1, "and no more: %s", why);
	key_id(id, bytes);
	ok(key_ring_find(&ring, id) == NULL, "that one is not found");
	bytes[0] = 7;
	key_id(id, bytes);
	found = key_ring_find(&ring, id);
	ok(found != NULL && memcmp(found->public, bytes, KEY_BYTES) == 0,
	    "the seventh is");
}

int
main(void)
{
	if (secret_init() != 0)
		return 1;
	test_refused();
	test_loaded();
	test_saved();
	test_ring();
	return tap_done();
}

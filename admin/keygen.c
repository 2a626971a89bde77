/*
 * calloffer keygen: makes the keys of an installation, and nothing else.
 */

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/key.h"
#include "lib/secret.h"

#include "admin/command.h"
#include "admin/text.h"

#include "admin/keygen.h"

/* What is made together: a secret, who may read it, and its public half. */
struct kind {
	const char	*name;		/* as an operand */
	const char	*title;
	const char	*secret_file;
	enum key_kind	 secret_kind;
	const char	*holder;	/* the one system user of the secret */
	const char	*secret_use;
	const char	*public_file;	/* NULL: there is none */
	enum key_kind	 public_kind;
	const char	*public_use;
	/* From a random secret to its public half. */
	int		(*derive)(unsigned char *, const unsigned char *);
};

struct batch {
	const char	*dir;
	int		 keeps_owner;
};

static int
derive_verify(unsigned char *public, const unsigned char *seed)
{
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	int rv = crypto_sign_seed_keypair(public, secret, seed);

	sodium_memzero(secret, sizeof(secret));
	return rv;
}

static int
derive_seal(unsigned char *public, const unsigned char *secret)
{
	return crypto_scalarmult_base(public, secret);
}

#define UNSEAL 1
static const struct kind kinds[] = {
	{ "sign", "Signing key",
	    "sign.key", KEY_SIGN, "calloffer-milter", "the milter, alone",
	    "sign.pub", KEY_VERIFY, "acceptd and the bridge", derive_verify },
	[UNSEAL] = { "unseal", "Sealing key",
	    "unseal.key", KEY_UNSEAL, "calloffer-bridge", "the bridge, alone",
	    "seal.pub", KEY_SEAL, "the milter", derive_seal },
	{ "mac", "Key of page addresses",
	    "mac.key", KEY_MAC, "calloffer-bridge", "the bridge, alone",
	    NULL, KEY_MAC, NULL, NULL },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "calloffer keygen: %s%s%s\n", what,
	    *why == '\0' ? "" : ": ", why);
	return -1;
}

static int
path_of(char path[PATH_MAX], const struct batch *batch, const char *file)
{
	int n = snprintf(path, PATH_MAX, "%s/%s", batch->dir, file);

	if (n < 0 || n >= PATH_MAX)
		return complain(batch->dir, strerror(ENAMETOOLONG));
	return 0;
}

/* 1 where none of its files is there already; else that is told. */
static int
is_free(const struct batch *batch, const struct kind *kind)
{
	const char *file[] = { kind->secret_file, kind->public_file };
	char path[PATH_MAX];
	struct stat st;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (file[i] == NULL)
			continue;
		if (path_of(path, batch, file[i]) == -1)
			return 0;
		if (lstat(path, &st) == 0) {
			complain(path, "is there already, and keys are never "
			    "overwritten; for a second key give another "
			    "directory with -d");
			return 0;
		}
		if (errno != ENOENT) {
			complain(path, strerror(errno));
			return 0;
		}
	}
	return 1;
}

/* Gives a secret to its holder, where that can be done.  0, or -1. */
static int
hand_over(const struct batch *batch, const struct kind *kind, const char *path)
{
	const struct passwd *pw;

	if (batch->keeps_owner || geteuid() != 0)
		return 0;
	pw = getpwnam(kind->holder);
	if (pw == NULL)
		return 0;
	if (chown(path, pw->pw_uid, pw->pw_gid) == -1)
		return complain(path, strerror(errno));
	return 0;
}

static const char *
owner_of(const char *path)
{
	const struct passwd *pw;
	struct stat st;

	if (stat(path, &st) == -1 || (pw = getpwuid(st.st_uid)) == NULL)
		return "nobody known";
	return pw->pw_name;
}

/* Both files of a kind, or neither. */
static int
make(const struct batch *batch, const struct kind *kind)
{
	unsigned char secret[KEY_BYTES], public[KEY_BYTES];
	unsigned char id[KEY_ID_BYTES];
	char spath[PATH_MAX], ppath[PATH_MAX] = "", hex[KEY_ID_HEX] = "";
	char why[PATH_MAX + 128];
	int rv = -1;

	if (path_of(spath, batch, kind->secret_file) == -1 ||
	    (kind->derive != NULL &&
	    path_of(ppath, batch, kind->public_file) == -1))
		return -1;
	randombytes_buf(secret, sizeof(secret));
	if (kind->derive != NULL && kind->derive(public, secret) != 0) {
		complain(kind->title, "libsodium failed");
		goto out;
	}
	if (key_save(kind->secret_kind, secret, spath, why,
	    sizeof(why)) == -1) {
		complain(why, "");
		goto out;
	}
	if (hand_over(batch, kind, spath) == -1)
		goto undo;
	if (kind->derive != NULL) {
		if (key_save(kind->public_kind, public, ppath, why,
		    sizeof(why)) == -1) {
			complain(why, "");
			goto undo;
		}
		key_id(id, public);
		key_id_hex(id, hex);
	}
	text_say(TEXT_STRONG, "%s%s%s", kind->title, *hex == '\0' ? "" : " ",
	    hex);
	printf("\n");
	printf("    %-12s secret  for %s (owner %s)\n", kind->secret_file,
	    kind->secret_use, owner_of(spath));
	if (kind->derive != NULL)
		printf("    %-12s public  for %s\n", kind->public_file,
		    kind->public_use);
	rv = 0;
	goto out;
undo:
	unlink(spath);
out:
	sodium_memzero(secret, sizeof(secret));
	return rv;
}

/* Makes the directory: open to all, for its secrets are closed each. */
static int
make_dir(const char *dir)
{
	if (mkdir(dir, 0755) == -1)
		return errno == EEXIST ? 0 : complain(dir, errno == ENOENT ?
		    "the directory above it is not there; make it, or name "
		    "another with -d" : strerror(errno));
	if (chmod(dir, 0755) == -1)	/* whatever the umask */
		return complain(dir, strerror(errno));
	return 0;
}

static int
is_wanted(const struct kind *kind, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (strcmp(argv[i], kind->name) == 0)
			return 1;
	return argc == 0;
}

/* Every operand is the name of a kind. */
static int
are_kinds(int argc, char **argv)
{
	size_t k;
	int i;

	for (i = 0; i < argc; i++) {
		for (k = 0; k < N_KINDS; k++)
			if (strcmp(argv[i], kinds[k].name) == 0)
				break;
		if (k == N_KINDS)
			return 0;
	}
	return 1;
}

static int
make_all(const struct batch *batch, int argc, char **argv)
{
	size_t k;

	if (make_dir(batch->dir) == -1)
		return EX_CANTCREAT;
	for (k = 0; k < N_KINDS; k++)
		if (is_wanted(&kinds[k], argc, argv) &&
		    !is_free(batch, &kinds[k]))
			return EX_CANTCREAT;
	printf("Keys in %s:\n\n", batch->dir);
	for (k = 0; k < N_KINDS; k++)
		if (is_wanted(&kinds[k], argc, argv) &&
		    make(batch, &kinds[k]) == -1)
			return EX_CANTCREAT;
	printf("\n");
	text_wrap(0, is_wanted(&kinds[UNSEAL], argc, argv) ? "Keep a copy of "
	    "the secret files off this machine, where only you can read them: "
	    "without unseal.key no offer that is already in somebody's mailbox "
	    "can be accepted." : "Keep a copy of what is secret off this "
	    "machine, where only you can read it.");
	return EX_OK;
}

static int
run(const struct place *place, int argc, char **argv)
{
	char dir[PATH_MAX];
	struct batch batch = { dir, 0 };
	int ch;

	snprintf(dir, sizeof(dir), "%s/keys", place->confdir);
	while ((ch = getopt(argc, argv, "d:o")) != -1) {
		switch (ch) {
		case 'd':
			batch.dir = optarg;
			break;
		case 'o':
			batch.keeps_owner = 1;
			break;
		default:
			return COMMAND_USAGE;
		}
	}
	if (!are_kinds(argc - optind, argv + optind))
		return COMMAND_USAGE;
	if (secret_init() == -1) {
		complain("libsodium does not start", "");
		return EX_SOFTWARE;
	}
	return make_all(&batch, argc - optind, argv + optind);
}

const struct command keygen_command = {
	"keygen", "[-o] [-d DIR] [sign | unseal | mac ...]",
	"make the keys",
	"Makes all keys, or only those named, in DIR (by default keys/ below\n"
	"the configuration).  Nothing is ever overwritten.  Run by root, each\n"
	"secret is given to the one system user that may read it.\n\n"
	"  -d DIR   another directory\n"
	"  -o       leave all files to who runs this\n",
	run
};

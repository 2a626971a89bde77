/*
 * libmilter's callbacks.
 *
 * Steps that need no answer get none, and what is not needed is not sent: each
 * costs a trip through libmilter's pool of threads.  Callbacks of one session
 * run on different threads, one at a time: all state hangs on the session.
 */

#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#include "lib/log.h"
#include "lib/sock.h"

#include "milter/count.h"
#include "milter/message.h"
#include "milter/reason.h"
#include "milter/settings.h"
#include "milter/site.h"

#include "milter/hooks.h"

/* One packet of the protocol; larger ones would be cut by libmilter. */
#define CHUNK 65535

struct session {
	int		 is_trusted;
	int		 is_busy;
	struct message	*message;
};

static atomic_size_t n_busy;

static struct session *
session_of(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->message = message_new();
	if (s->message == NULL || smfi_setpriv(ctx, s) != MI_SUCCESS) {
		message_free(s->message);
		free(s);
		return NULL;
	}
	count_session(1);
	return s;
}

/* Between two messages: nothing of the last one is kept. */
static void
settle(struct session *s)
{
	if (!s->is_busy)
		return;
	s->is_busy = 0;
	message_clear(s->message);
	atomic_fetch_sub(&n_busy, 1);
}

static const char *
queue_id(SMFICTX *ctx)
{
	static char name[] = "i";
	const char *id = smfi_getsymval(ctx, name);

	return id != NULL ? id : "NOQUEUE";
}

static sfsistat
refuse(SMFICTX *ctx, struct session *s)
{
	struct message_reply r;
	char code[8], status[16];

	message_reply(s->message, &r);
	snprintf(code, sizeof(code), "%s", r.code);
	snprintf(status, sizeof(status), "%s", r.status);
	(void)smfi_setreply(ctx, code, status, r.text);
	return SMFIS_REJECT;
}

/* A verdict, all but the edits. */
static sfsistat
conclude(SMFICTX *ctx, struct session *s, enum message_step step)
{
	sfsistat answer = SMFIS_TEMPFAIL;

	message_log(s->message, queue_id(ctx));
	switch (step) {
	case MESSAGE_ACCEPT:
	case MESSAGE_EDIT:
		answer = SMFIS_ACCEPT;
		break;
	case MESSAGE_REFUSE:
		answer = refuse(ctx, s);
		break;
	case MESSAGE_WANTS_BODY:
	case MESSAGE_TEMPFAIL:
		break;
	}
	settle(s);
	return answer;
}

/*
 * Which macros are wanted: the login, and the queue id once, which Sendmail
 * knows at MAIL and Postfix at DATA.  Postfix sends those of the header's end
 * before each field, and takes an empty list for none given: so where nothing
 * is wanted, it is asked for what no server knows.
 */
static void
want_macros(SMFICTX *ctx)
{
	static char mail[] = "i {auth_authen}", data[] = "i", none[] = "{none}";

	(void)smfi_setsymlist(ctx, SMFIM_CONNECT, none);
	(void)smfi_setsymlist(ctx, SMFIM_HELO, none);
	(void)smfi_setsymlist(ctx, SMFIM_ENVFROM, mail);
	(void)smfi_setsymlist(ctx, SMFIM_ENVRCPT, none);
	(void)smfi_setsymlist(ctx, SMFIM_DATA, data);
	(void)smfi_setsymlist(ctx, SMFIM_EOH, none);
	(void)smfi_setsymlist(ctx, SMFIM_EOM, none);
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
    unsigned long f2, unsigned long f3, unsigned long *pf0,
    unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	const unsigned long need = SMFIF_CHGHDRS | SMFIF_CHGBODY;
	unsigned long steps = SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOUNKNOWN |
	    SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR |
	    SMFIP_NR_BODY | SMFIP_HDR_LEADSPC;
	struct site *site = site_current();

	(void)f2;
	(void)f3;
	if (site == NULL || (f0 & need) != need) {
		log_warn("NOQUEUE: the mail server lets no body be changed");
		site_release(site);
		return SMFIS_REJECT;
	}
	if (site->n_nets == 0)
		steps |= SMFIP_NOCONNECT;
	site_release(site);
	*pf0 = need | (f0 & SMFIF_SETSYMLIST);
	*pf1 = steps & f1;
	*pf2 = 0;
	*pf3 = 0;
	if (f0 & SMFIF_SETSYMLIST)
		want_macros(ctx);
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, struct sockaddr *from)
{
	struct session *s = session_of(ctx);
	struct site *site = site_current();

	(void)host;
	if (s != NULL && site != NULL && from != NULL)
		s->is_trusted = site_trusts(site, from);
	site_release(site);
	return SMFIS_NOREPLY;
}

static sfsistat
on_mail(SMFICTX *ctx, char **argv)
{
	static char macro[] = "{auth_authen}";
	struct session *s = session_of(ctx);
	struct site *site = site_current();
	const char *login = smfi_getsymval(ctx, macro);

	if (s == NULL || site == NULL) {
		site_release(site);
		return SMFIS_NOREPLY;	/* on_eoh() sees that it failed */
	}
	settle(s);
	s->is_busy = 1;
	atomic_fetch_add(&n_busy, 1);
	message_begin(s->message, site);
	site_release(site);
	if (login != NULL)
		message_login(s->message, login);
	if (s->is_trusted)
		message_trust(s->message);
	message_sender(s->message, argv[0]);
	return SMFIS_NOREPLY;
}

/* The session, where a message is on its way in it. */
static struct session *
busy_session(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	return s != NULL && s->is_busy ? s : NULL;
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **argv)
{
	struct session *s = busy_session(ctx);

	if (s != NULL)
		message_recipient(s->message, argv[0]);
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *s = busy_session(ctx);

	if (s != NULL)
		message_header(s->message, name, value);
	return SMFIS_NOREPLY;
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	struct session *s = busy_session(ctx);
	enum message_step step;

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	step = message_header_end(s->message);
	if (step == MESSAGE_WANTS_BODY)
		return SMFIS_CONTINUE;
	return conclude(ctx, s, step);
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *p, size_t len)
{
	struct session *s = busy_session(ctx);

	if (s != NULL)
		message_body(s->message, p, len);
	return SMFIS_NOREPLY;
}

static int
send_bytes(SMFICTX *ctx, const unsigned char *p, size_t len)
{
	union {
		const unsigned char	*in;
		unsigned char		*out;	/* libmilter does not write */
	} u = { p };

	return smfi_replacebody(ctx, u.out, (int)len) == MI_SUCCESS ? 0 : -1;
}

/* Small pieces are gathered, so that a short mail is one packet. */
struct gather {
	unsigned char	*held;		/* CHUNK bytes */
	size_t		 n;
};

static int
flush(SMFICTX *ctx, struct gather *g)
{
	size_t n = g->n;

	g->n = 0;
	return n > 0 ? send_bytes(ctx, g->held, n) : 0;
}

static int
send_piece(SMFICTX *ctx, struct gather *g, const struct message_piece *piece)
{
	const unsigned char *p = piece->bytes;
	size_t left = piece->len, n;

	while (left > 0) {
		if (left >= CHUNK) {
			n = CHUNK;
			if (flush(ctx, g) != 0 || send_bytes(ctx, p, n) != 0)
				return -1;
		} else {
			n = left < CHUNK - g->n ? left : CHUNK - g->n;
			memcpy(g->held + g->n, p, n);
			g->n += n;
			if (g->n == CHUNK && flush(ctx, g) != 0)
				return -1;
		}
		p += n;
		left -= n;
	}
	return 0;
}

static int
send_body(SMFICTX *ctx, struct message *m)
{
	struct message_cursor at = { .rest = { .len = 0 } };
	struct message_piece piece;
	struct gather g = { NULL, 0 };
	int rc, more;

	more = message_piece(m, &at, &piece);
	if (more <= 0)
		return more;
	g.held = malloc(CHUNK);
	if (g.held == NULL)
		return -1;
	do {
		rc = send_piece(ctx, &g, &piece);
		more = message_piece(m, &at, &piece);
	} while (rc == 0 && more > 0);
	if (rc == 0)
		rc = more < 0 ? more : flush(ctx, &g);
	free(g.held);
	return rc;
}

/* All header edits first, then the body in one go: Postfix wants it so. */
static int
edit(SMFICTX *ctx, struct message *m)
{
	struct message_deletion d;
	struct message_change c;
	char name[32], value[1024];
	size_t i;

	for (i = 0; message_deletion(m, i, &d); i++) {
		snprintf(name, sizeof(name), "%s", d.name);
		if (smfi_chgheader(ctx, name, d.index, NULL) != MI_SUCCESS)
			return -1;
	}
	if (message_change(m, &c)) {
		snprintf(name, sizeof(name), "%s", c.name);
		snprintf(value, sizeof(value), "%s", c.value);
		if (smfi_chgheader(ctx, name, c.index, value) != MI_SUCCESS)
			return -1;
	}
	return send_body(ctx, m);
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	struct session *s = busy_session(ctx);
	enum message_step step;

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	step = message_end(s->message);
	if (step == MESSAGE_EDIT && edit(ctx, s->message) != 0) {
		/* Half an edit must not pass. */
		log_warn("%s: offer=failed reason=error the mail server does "
		    "not take the edits", queue_id(ctx));
		count_message(COUNT_FAILED, REASON_ERROR);
		settle(s);
		return SMFIS_TEMPFAIL;
	}
	return conclude(ctx, s, step);
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		settle(s);
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return SMFIS_CONTINUE;
	settle(s);
	message_free(s->message);
	free(s);
	count_session(-1);
	(void)smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

static const struct smfiDesc hooks = {
	.xxfi_name = (char[]){ "calloffer" },
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_SETSYMLIST,
	.xxfi_connect = on_connect,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_header = on_header,
	.xxfi_eoh = on_eoh,
	.xxfi_body = on_body,
	.xxfi_eom = on_eom,
	.xxfi_abort = on_abort,
	.xxfi_close = on_close,
	.xxfi_negotiate = on_negotiate,
};

/* Nobody else shall be listening there: libmilter would push him off. */
static int
is_taken(const char *address, char *why, size_t size)
{
	int fd = sock_dial(address, why, size);

	if (fd < 0)
		return 0;
	close(fd);
	snprintf(why, size, "%s: another program listens there", address);
	return 1;
}

static int
share(const char *path, const struct settings *set, char *why, size_t size)
{
	const struct group *g;

	if (set->socket_group[0] != '\0') {
		g = getgrnam(set->socket_group);
		if (g == NULL) {
			snprintf(why, size, "socket_group: there is no group "
			    "%s", set->socket_group);
			return -1;
		}
		if (chown(path, (uid_t)-1, g->gr_gid) != 0) {
			snprintf(why, size, "%s: it cannot be given to group "
			    "%s: %s", path, set->socket_group,
			    strerror(errno));
			return -1;
		}
	}
	if (chmod(path, (mode_t)set->socket_mode) != 0) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

int
hooks_listen(const struct settings *set, char *why, size_t size)
{
	const char *path = sock_path(set->socket);
	char address[256];
	mode_t mask;
	int rc;

	if (sock_milter_spelling(set->socket, address, sizeof(address)) != 0) {
		snprintf(why, size, "%s: the address is too long",
		    set->socket);
		return -1;
	}
	if (path != NULL && is_taken(set->socket, why, size))
		return -1;
	if (smfi_register(hooks) != MI_SUCCESS ||
	    smfi_setconn(address) != MI_SUCCESS) {
		snprintf(why, size, "libmilter does not start");
		return -1;
	}
	mask = umask(0177);
	errno = 0;
	rc = smfi_opensocket(true);
	umask(mask);
	if (rc != MI_SUCCESS) {
		snprintf(why, size, "%s: cannot listen there%s%s", set->socket,
		    errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
		return -1;
	}
	return path != NULL ? share(path, set, why, size) : 0;
}

int
hooks_run(void)
{
	return smfi_main() == MI_SUCCESS ? 0 : -1;
}

size_t
hooks_busy(void)
{
	return atomic_load(&n_busy);
}

/*
 * Drives a milter directly, as Postfix 3.7 does: the same negotiation, the
 * same macros before each event (also before those which the milter does not
 * want), the same buffer of 4096 bytes, one connection for each SMTP session.
 *
 *	milterdrive [-n messages] [-m messages per connection]
 *	    [-c connections at a time] [-l login] [-f sender] [-r recipient]
 *	    [-w word] [-b] SOCKET FILE
 *
 * FILE is a message; its lines may end with LF or CRLF.  -w: each message must
 * get a new body that holds this word; without -w, none may.  -b: the ends of
 * all messages wait for each other, so that all are held at once.  Prints the
 * count of messages, of new bodies, and their bytes; says what is wrong with
 * an answer, and ends with 1.
 */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmilter/mfdef.h>

#define BUFFER		4096	/* VSTREAM_BUFSIZE of Postfix */
#define HEADERS_MAX	200
#define THREADS_MAX	64
#define ACTIONS		0x1ffu
#define PROTOCOL	0x1fffffu

/* What a macro's value is, for all messages. */
struct macro {
	const char	*name;
	const char	*value;
};

static struct macro macros[] = {
	{ "j", "mail.example.com" }, { "{daemon_name}", "ORIGINATING" },
	{ "{daemon_addr}", "192.0.2.25" }, { "v", "Postfix 3.7.11" },
	{ "_", "laptop.example.com [192.0.2.99]" },
	{ "{auth_type}", "PLAIN" }, { "{auth_authen}", NULL },
	{ "{mail_addr}", NULL }, { "{mail_host}", "example.com" },
	{ "{mail_mailer}", "smtp" }, { "{rcpt_addr}", NULL },
	{ "{rcpt_host}", "example.net" }, { "{rcpt_mailer}", "smtp" },
	{ "i", NULL }, { NULL, NULL }
};

/* The events, in the order of SMFIM_*: which macros go before them. */
enum stage { CONNECT, HELO, MAIL, RCPT, DATA, EOM, EOH, STAGES };

static const char *const usual[STAGES] = {
	"j {daemon_name} {daemon_addr} v _", "{tls_version}",
	"i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} "
	"{mail_mailer}", "i {rcpt_addr} {rcpt_host} {rcpt_mailer}", "i", "i",
	"i"
};

/* The message, cut up once for all. */
struct field {
	const char	*bytes;		/* "Name" NUL "value" NUL */
	size_t		 len;
};

struct mail {
	/* The value with the space behind the colon, and without it. */
	struct field	 field[2][HEADERS_MAX];
	size_t		 n_fields;
	char		*body;
	size_t		 body_len;
};

struct wire {
	int		 fd;
	uint32_t	 protocol;		/* as the milter wants it */
	char		 wanted[STAGES][256];	/* macros */
	unsigned char	 out[BUFFER];
	size_t		 n_out;
	unsigned char	*in;			/* one packet */
	char		*body;			/* the new one */
	size_t		 body_len, body_size;
	size_t		 n_deleted;
};

static const char *path, *login = "alice", *sender = "alice@example.com",
    *recipient = "bob@example.net", *word;
static size_t n_messages = 1, per_connection = 1, n_threads = 1;
static int holds;
static struct mail mail;
static atomic_size_t next_message, n_replaced, n_bytes;
static pthread_barrier_t barrier;

static void
flush(struct wire *w)
{
	size_t at = 0;
	ssize_t n;

	while (at < w->n_out) {
		n = send(w->fd, w->out + at, w->n_out - at, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			err(1, "%s: the milter has gone", path);
		at += n > 0 ? (size_t)n : 0;
	}
	w->n_out = 0;
}

static void
put(struct wire *w, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t n;

	while (len > 0) {
		n = BUFFER - w->n_out < len ? BUFFER - w->n_out : len;
		memcpy(w->out + w->n_out, p, n);
		w->n_out += n;
		p += n;
		len -= n;
		if (w->n_out == BUFFER)
			flush(w);
	}
}

static void
put_packet(struct wire *w, char command, const void *bytes, size_t len)
{
	uint32_t n = htonl((uint32_t)len + 1);

	put(w, &n, sizeof(n));
	put(w, &command, 1);
	put(w, bytes, len);
}

static void
take(struct wire *w, void *bytes, size_t len)
{
	unsigned char *p = bytes;
	ssize_t n;

	while (len > 0) {
		n = recv(w->fd, p, len, MSG_WAITALL);
		if (n == 0)
			errx(1, "%s: the milter hung up", path);
		if (n < 0 && errno != EINTR)
			err(1, "%s", path);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}

/* One packet: its command; what follows is in w->in. */
static char
take_packet(struct wire *w, size_t *len)
{
	unsigned char head[5];
	uint32_t n;

	flush(w);
	take(w, head, sizeof(head));
	memcpy(&n, head, sizeof(n));
	n = ntohl(n);
	if (n == 0 || n > MILTER_CHUNK_SIZE + 1)
		errx(1, "%s: a packet of %u bytes", path, n);
	*len = n - 1;
	take(w, w->in, *len);
	w->in[*len] = '\0';
	return (char)head[4];
}

/* The value that the macro has in this message. */
static const char *
value_of(const char *name, size_t len, const char *id)
{
	const struct macro *m;

	for (m = macros; m->name != NULL; m++)
		if (strlen(m->name) == len && memcmp(m->name, name, len) == 0)
			return strcmp(m->name, "i") == 0 ? id : m->value;
	return NULL;
}

/* `id`: the queue id, NULL before there is one. */
static void
put_macros(struct wire *w, enum stage stage, char event, const char *id)
{
	const char *p = w->wanted[stage], *value;
	char packet[1024];
	size_t n = 0, len;

	packet[n++] = event;
	for (p += strspn(p, " ,"); *p != '\0'; p += len, p += strspn(p, " ,")) {
		len = strcspn(p, " ,");
		value = value_of(p, len, id);
		if (value == NULL)
			continue;
		n += (size_t)snprintf(packet + n, sizeof(packet) - n, "%.*s",
		    (int)len, p) + 1;
		n += (size_t)snprintf(packet + n, sizeof(packet) - n, "%s",
		    value) + 1;
		if (n > sizeof(packet))
			errx(1, "too many macros");
	}
	put_packet(w, SMFIC_MACRO, packet, n);
}

static void
negotiate(struct wire *w)
{
	uint32_t offer[3] = { htonl(6), htonl(ACTIONS), htonl(PROTOCOL) };
	uint32_t answer[3], stage;
	size_t len, at = sizeof(answer), i, n;

	put_packet(w, SMFIC_OPTNEG, offer, sizeof(offer));
	if (take_packet(w, &len) != SMFIC_OPTNEG || len < sizeof(answer))
		errx(1, "%s: the milter does not negotiate", path);
	memcpy(answer, w->in, sizeof(answer));
	if (ntohl(answer[1]) & ~ACTIONS || ntohl(answer[2]) & ~PROTOCOL)
		errx(1, "%s: the milter wants what was not offered", path);
	w->protocol = ntohl(answer[2]);
	for (i = 0; i < STAGES; i++)
		snprintf(w->wanted[i], sizeof(w->wanted[i]), "%s", usual[i]);
	for (; at + sizeof(stage) < len; at += n + 1) {
		memcpy(&stage, w->in + at, sizeof(stage));
		stage = ntohl(stage);
		at += sizeof(stage);
		n = strlen((char *)w->in + at);
		if (stage >= STAGES || n >= sizeof(w->wanted[0]))
			errx(1, "%s: a bad list of macros", path);
		/* An empty list is no list to Postfix. */
		if (n > 0)
			memcpy(w->wanted[stage], w->in + at, n + 1);
	}
}

/* An event; 1: the milter has accepted the message, no more of it is wanted. */
static int
put_event(struct wire *w, char event, const void *bytes, size_t len,
    uint32_t no_reply)
{
	size_t n;

	put_packet(w, event, bytes, len);
	if (w->protocol & no_reply)
		return 0;
	switch (take_packet(w, &n)) {
	case SMFIR_CONTINUE:
		return 0;
	case SMFIR_ACCEPT:
		return 1;
	}
	errx(1, "%s: an unexpected answer to %c", path, event);
}

static void
greet(struct wire *w)
{
	static const char from[] = "laptop.example.com\0004\306\216192.0.2.99";
	static const char helo[] = "laptop.example.com";

	put_macros(w, CONNECT, SMFIC_CONNECT, NULL);
	if (!(w->protocol & SMFIP_NOCONNECT) && put_event(w, SMFIC_CONNECT,
	    from, sizeof(from), SMFIP_NR_CONN))
		errx(1, "%s: the milter does not want us", path);
	put_macros(w, HELO, SMFIC_HELO, NULL);
	if (!(w->protocol & SMFIP_NOHELO) && put_event(w, SMFIC_HELO, helo,
	    sizeof(helo), SMFIP_NR_HELO))
		errx(1, "%s: the milter does not want us", path);
}

static void
open_wire(struct wire *w)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(sun.sun_path))
		errx(1, "%s: the path is too long", path);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	w->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (w->fd < 0 || connect(w->fd, (struct sockaddr *)&sun,
	    sizeof(sun)) != 0)
		err(1, "%s", path);
	w->n_out = 0;
	negotiate(w);
	greet(w);
}

static void
close_wire(struct wire *w)
{
	put_packet(w, SMFIC_QUIT, "", 0);
	flush(w);
	close(w->fd);
}

/* 1: the milter wants no more of this message; so below. */
static int
send_envelope(struct wire *w, const char *id)
{
	char from[512], to[512];
	int n, m;

	n = snprintf(from, sizeof(from), "<%s>%cSIZE=%zu", sender, 0,
	    mail.body_len);
	m = snprintf(to, sizeof(to), "<%s>", recipient);
	put_macros(w, MAIL, SMFIC_MAIL, NULL);
	if (!(w->protocol & SMFIP_NOMAIL) && put_event(w, SMFIC_MAIL, from,
	    (size_t)n + 1, SMFIP_NR_MAIL))
		return 1;
	put_macros(w, RCPT, SMFIC_RCPT, NULL);
	if (!(w->protocol & SMFIP_NORCPT) && put_event(w, SMFIC_RCPT, to,
	    (size_t)m + 1, SMFIP_NR_RCPT))
		return 1;
	put_macros(w, DATA, SMFIC_DATA, id);
	if (!(w->protocol & SMFIP_NODATA) && put_event(w, SMFIC_DATA, "", 0,
	    SMFIP_NR_DATA))
		return 1;
	flush(w);		/* cleanup(8) goes on from here */
	return 0;
}

static int
send_header(struct wire *w, const char *id)
{
	const struct field *f = mail.field[!(w->protocol & SMFIP_HDR_LEADSPC)];
	size_t i;

	for (i = 0; i < mail.n_fields && !(w->protocol & SMFIP_NOHDRS); i++) {
		put_macros(w, EOH, SMFIC_HEADER, id);
		if (put_event(w, SMFIC_HEADER, f[i].bytes, f[i].len,
		    SMFIP_NR_HDR))
			return 1;
	}
	if (w->protocol & SMFIP_NOEOH)
		return 0;
	put_macros(w, EOH, SMFIC_EOH, id);
	return put_event(w, SMFIC_EOH, "", 0, SMFIP_NR_EOH);
}

static int
send_body(struct wire *w, const char *id)
{
	size_t at, n, len;

	for (at = 0; at < mail.body_len && !(w->protocol & SMFIP_NOBODY);
	    at += n) {
		n = mail.body_len - at < MILTER_CHUNK_SIZE ?
		    mail.body_len - at : MILTER_CHUNK_SIZE;
		put_macros(w, EOM, SMFIC_BODY, id);
		put_packet(w, SMFIC_BODY, mail.body + at, n);
		if (w->protocol & SMFIP_NR_BODY)
			continue;
		switch (take_packet(w, &len)) {
		case SMFIR_CONTINUE:
			break;
		case SMFIR_SKIP:
			return 0;
		case SMFIR_ACCEPT:
			return 1;
		default:
			errx(1, "%s: an unexpected answer to B", path);
		}
	}
	return 0;
}

static void
keep_body(struct wire *w, size_t len)
{
	if (w->body_size - w->body_len < len) {
		w->body_size = 2 * w->body_size + len;
		w->body = realloc(w->body, w->body_size);
		if (w->body == NULL)
			err(1, NULL);
	}
	memcpy(w->body + w->body_len, w->in, len);
	w->body_len += len;
}

/* The edits, and the last word. */
static void
finish(struct wire *w, const char *id)
{
	size_t len;
	char c;

	put_macros(w, EOM, SMFIC_BODYEOB, id);
	put_packet(w, SMFIC_BODYEOB, "", 0);
	for (;;) {
		c = take_packet(w, &len);
		switch (c) {
		case SMFIR_REPLBODY:
			keep_body(w, len);
			break;
		case SMFIR_CHGHEADER:
		case SMFIR_INSHEADER:
		case SMFIR_ADDHEADER:
			if (w->body_len > 0)
				errx(1, "%s: a header behind the body", path);
			break;
		case SMFIR_PROGRESS:
			break;
		case SMFIR_CONTINUE:
		case SMFIR_ACCEPT:
			return;
		default:
			errx(1, "%s: an unexpected answer to E: %c %s", path,
			    c, (char *)w->in);
		}
	}
}

static void
judge(const struct wire *w)
{
	if (word == NULL && w->body_len > 0)
		errx(1, "%s: a new body that was not asked for", path);
	if (word == NULL)
		return;
	if (memmem(w->body != NULL ? w->body : "", w->body_len, word,
	    strlen(word)) == NULL)
		errx(1, "%s: no new body with \"%s\"", path, word);
	if (w->body_len < mail.body_len)
		errx(1, "%s: the new body is shorter", path);
	atomic_fetch_add(&n_replaced, 1);
	atomic_fetch_add(&n_bytes, w->body_len);
}

static void
send_message(struct wire *w, size_t number)
{
	char id[32];
	int is_over;

	snprintf(id, sizeof(id), "4B%05zX9Zz", number);
	w->body_len = 0;
	is_over = send_envelope(w, id) || send_header(w, id) ||
	    send_body(w, id);
	if (holds) {
		flush(w);
		pthread_barrier_wait(&barrier);
	}
	if (!is_over)
		finish(w, id);
	judge(w);
	put_packet(w, SMFIC_ABORT, "", 0);	/* as smtpd(8) resets */
}

static void *
work(void *arg)
{
	struct wire w = { .fd = -1 };
	size_t number, i = 0;

	w.in = malloc(MILTER_CHUNK_SIZE + 2);
	if (w.in == NULL)
		err(1, NULL);
	while ((number = atomic_fetch_add(&next_message, 1)) < n_messages) {
		if (i++ % per_connection == 0) {
			if (w.fd >= 0)
				close_wire(&w);
			open_wire(&w);
		}
		send_message(&w, number);
	}
	if (w.fd >= 0)
		close_wire(&w);
	free(w.in);
	free(w.body);
	return arg;
}

/* The file, every line ending with CRLF. */
static char *
read_file(const char *name, size_t *len)
{
	struct stat st;
	int fd = open(name, O_RDONLY);
	char *raw, *crlf;
	size_t i, size;

	if (fd < 0 || fstat(fd, &st) != 0)
		err(1, "%s", name);
	size = (size_t)st.st_size;
	raw = malloc(size + 1);
	crlf = malloc(2 * size + 1);
	if (raw == NULL || crlf == NULL)
		err(1, NULL);
	if (read(fd, raw, size) != st.st_size)
		err(1, "%s", name);
	close(fd);
	for (i = 0, *len = 0; i < size; i++) {
		if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r'))
			crlf[(*len)++] = '\r';
		crlf[(*len)++] = raw[i];
	}
	crlf[*len] = '\0';
	free(raw);
	return crlf;
}

/* One field with its folds, whose lines end with LF as milters get them. */
static void
add_field(const char *field, size_t len)
{
	const char *colon = memchr(field, ':', len);
	size_t i, n, is_bare;
	char *copy;

	if (colon == NULL || mail.n_fields == HEADERS_MAX)
		errx(1, "the message has a bad header, or a long one");
	for (is_bare = 0; is_bare < 2; is_bare++) {
		copy = malloc(len + 1);
		if (copy == NULL)
			err(1, NULL);
		for (i = 0, n = 0; i < len; i++)
			if (field + i == colon)
				copy[n++] = '\0';
			else if (field[i] != '\r' && !(is_bare &&
			    field + i == colon + 1 && field[i] == ' '))
				copy[n++] = field[i];
		copy[n++] = '\0';
		mail.field[is_bare][mail.n_fields].bytes = copy;
		mail.field[is_bare][mail.n_fields].len = n;
	}
	mail.n_fields++;
}

static void
cut_up(char *text, size_t len)
{
	char *p = text, *end;

	for (;;) {
		end = strstr(p, "\r\n");
		if (end == NULL)
			errx(1, "the message has no body");
		if (end == p)
			break;
		while (end[2] == ' ' || end[2] == '\t') {
			end = strstr(end + 2, "\r\n");
			if (end == NULL)
				errx(1, "the message has no body");
		}
		add_field(p, (size_t)(end - p));
		p = end + 2;
	}
	mail.body = p + 2;
	mail.body_len = len - (size_t)(mail.body - text);
}

static void
set_macro(const char *name, const char *value)
{
	struct macro *m;

	for (m = macros; m->name != NULL; m++)
		if (strcmp(m->name, name) == 0)
			m->value = value;
}

static void
options(int argc, char **argv)
{
	char *text;
	size_t len;
	int ch;

	while ((ch = getopt(argc, argv, "n:m:c:l:f:r:w:b")) != -1)
		switch (ch) {
		case 'n': n_messages = strtoul(optarg, NULL, 10); break;
		case 'm': per_connection = strtoul(optarg, NULL, 10); break;
		case 'c': n_threads = strtoul(optarg, NULL, 10); break;
		case 'l': login = optarg; break;
		case 'f': sender = optarg; break;
		case 'r': recipient = optarg; break;
		case 'w': word = optarg; break;
		case 'b': holds = 1; break;
		default: errx(64, "see the head of t/bench/tools/milterdrive.c");
		}
	if (argc - optind != 2 || n_threads == 0 || n_threads > THREADS_MAX ||
	    per_connection == 0)
		errx(64, "see the head of t/bench/tools/milterdrive.c");
	if (holds && n_messages != n_threads)
		errx(64, "-b wants as many messages as connections");
	path = argv[optind];
	set_macro("{auth_authen}", login);
	set_macro("{mail_addr}", sender);
	set_macro("{rcpt_addr}", recipient);
	text = read_file(argv[optind + 1], &len);
	cut_up(text, len);
}

int
main(int argc, char **argv)
{
	pthread_t thread[THREADS_MAX];
	size_t i;

	options(argc, argv);
	if (holds)
		pthread_barrier_init(&barrier, NULL, (unsigned)n_threads);
	for (i = 0; i < n_threads; i++)
		if (pthread_create(&thread[i], NULL, work, NULL) != 0)
			errx(1, "no thread can be started");
	for (i = 0; i < n_threads; i++)
		pthread_join(thread[i], NULL);
	printf("messages=%zu replaced=%zu bytes=%zu\n", n_messages,
	    (size_t)n_replaced, (size_t)n_bytes);
	return 0;
}

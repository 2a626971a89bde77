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
 * counts of messages, new bodies and their bytes.  1: an answer was wrong.
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <pthread.h>
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
static struct macro {
	const char	*name;
	const char	*value;
} macros[] = {
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

static const struct {
	const char	*macros;	/* Postfix's defaults */
	char		 command;
	uint32_t	 none;		/* the milter wants no such event */
	uint32_t	 no_reply;
} stages[STAGES] = {
	{ "j {daemon_name} {daemon_addr} v _",
	  SMFIC_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN },
	{ "{tls_version}", SMFIC_HELO, SMFIP_NOHELO, SMFIP_NR_HELO },
	{ "i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} "
	  "{mail_mailer}", SMFIC_MAIL, SMFIP_NOMAIL, SMFIP_NR_MAIL },
	{ "i {rcpt_addr} {rcpt_host} {rcpt_mailer}",
	  SMFIC_RCPT, SMFIP_NORCPT, SMFIP_NR_RCPT },
	{ "i", SMFIC_DATA, SMFIP_NODATA, SMFIP_NR_DATA },
	{ "i", SMFIC_BODYEOB, 0, 0 },
	{ "i", SMFIC_EOH, SMFIP_NOEOH, SMFIP_NR_EOH },
};

/* The message, cut up once for all. */
struct field {
	char		*bytes;		/* "Name" NUL "value" NUL */
	size_t		 len;
};

static struct mail {
	/* The value with the space behind the colon, and without it. */
	struct field	 field[2][HEADERS_MAX];
	size_t		 n_fields;
	char		*body;
	size_t		 body_len;
} mail;

struct wire {
	int		 fd;
	uint32_t	 protocol;		/* as the milter wants it */
	char		 wanted[STAGES][256];	/* macros */
	unsigned char	 out[BUFFER];
	size_t		 n_out;
	unsigned char	*in;			/* one packet */
	char		*body;			/* the new one */
	size_t		 body_len, body_size;
};

static const char *path, *login = "alice", *sender = "alice@example.com",
    *recipient = "bob@example.net", *word;
static size_t n_messages = 1, per_connection = 1, n_threads = 1;
static int holds;
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
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
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
	char packet[1024] = { event };
	size_t n = 1, len;

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
		snprintf(w->wanted[i], sizeof(w->wanted[i]), "%s",
		    stages[i].macros);
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
	char c;

	put_packet(w, event, bytes, len);
	if (w->protocol & no_reply)
		return 0;
	c = take_packet(w, &n);
	if (c != SMFIR_CONTINUE && c != SMFIR_ACCEPT)
		errx(1, "%s: an unexpected answer to %c: %c", path, event, c);
	return c == SMFIR_ACCEPT;
}

/* A stage of the dialogue: its macros in any case.  As put_event(). */
static int
put_stage(struct wire *w, enum stage stage, const char *id, const void *bytes,
    size_t len)
{
	put_macros(w, stage, stages[stage].command, id);
	if (w->protocol & stages[stage].none)
		return 0;
	return put_event(w, stages[stage].command, bytes, len,
	    stages[stage].no_reply);
}

static void
greet(struct wire *w)
{
	static const char from[] = "laptop.example.com\0004\306\216192.0.2.99";
	static const char helo[] = "laptop.example.com";

	if (put_stage(w, CONNECT, NULL, from, sizeof(from)) ||
	    put_stage(w, HELO, NULL, helo, sizeof(helo)))
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
	if (put_stage(w, MAIL, NULL, from, (size_t)n + 1) ||
	    put_stage(w, RCPT, NULL, to, (size_t)m + 1) ||
	    put_stage(w, DATA, id, "", 0))
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
	return put_stage(w, EOH, id, "", 0);
}

static int
send_body(struct wire *w, const char *id)
{
	size_t at, n, len;
	char c;

	for (at = 0; at < mail.body_len && !(w->protocol & SMFIP_NOBODY);
	    at += n) {
		n = mail.body_len - at < MILTER_CHUNK_SIZE ?
		    mail.body_len - at : MILTER_CHUNK_SIZE;
		put_macros(w, EOM, SMFIC_BODY, id);
		put_packet(w, SMFIC_BODY, mail.body + at, n);
		if (w->protocol & SMFIP_NR_BODY)
			continue;
		c = take_packet(w, &len);
		if (c == SMFIR_SKIP || c == SMFIR_ACCEPT)
			return c == SMFIR_ACCEPT;
		if (c != SMFIR_CONTINUE)
			errx(1, "%s: an unexpected answer to B: %c", path, c);
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
	if (word == NULL) {
		if (w->body_len > 0)
			errx(1, "%s: an unexpected new body", path);
		return;
	}
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

/* A line of the header: folds are joined by LF, as milters get them. */
static void
add_line(char *line)
{
	struct field *f = &mail.field[0][mail.n_fields];
	char *text;

	if ((line[0] == ' ' || line[0] == '\t') && mail.n_fields > 0) {
		f--;
		if (asprintf(&text, "%s\n%s", f->bytes, line) < 0)
			err(1, NULL);
	} else if (mail.n_fields++ == HEADERS_MAX) {
		errx(1, "the message has too many fields");
	} else if ((text = strdup(line)) == NULL) {
		err(1, NULL);
	}
	f->bytes = text;
}

/* From "Name: value" to both forms on the wire. */
static void
cut_field(size_t i)
{
	struct field *with = &mail.field[0][i], *bare = &mail.field[1][i];
	char *colon = strchr(with->bytes, ':'), *text;

	if (colon == NULL)
		errx(1, "the message has a bad header");
	with->len = strlen(with->bytes) + 1;
	*colon = '\0';
	if (asprintf(&text, "%s%c%s", with->bytes, 0, colon + 1 +
	    (colon[1] == ' ')) < 0)
		err(1, NULL);
	bare->bytes = text;
	bare->len = with->len - (colon[1] == ' ');
}

static void
read_mail(const char *name)
{
	FILE *f = fopen(name, "r"), *body;
	char *line = NULL;
	size_t size = 0, i;
	int in_body = 0;
	ssize_t n;

	body = open_memstream(&mail.body, &mail.body_len);
	if (f == NULL || body == NULL)
		err(1, "%s", name);
	while ((n = getline(&line, &size, f)) > 0) {
		n -= line[n - 1] == '\n';
		n -= n > 0 && line[n - 1] == '\r';
		line[n] = '\0';
		if (in_body) {
			fwrite(line, 1, (size_t)n, body);
			fputs("\r\n", body);
		} else if (n == 0) {
			in_body = 1;
		} else {
			add_line(line);
		}
	}
	if (!in_body || fclose(body) != 0)
		errx(1, "%s: the message has no body", name);
	for (i = 0; i < mail.n_fields; i++)
		cut_field(i);
	free(line);
	fclose(f);
}

static void
set_macro(const char *name, const char *value)
{
	struct macro *m = macros;

	while (strcmp(m->name, name) != 0)
		m++;
	m->value = value;
}

static void
options(int argc, char **argv)
{
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
	    per_connection == 0 || (holds && n_messages != n_threads))
		errx(64, "see the head of t/bench/tools/milterdrive.c");
	path = argv[optind];
	set_macro("{auth_authen}", login);
	set_macro("{mail_addr}", sender);
	set_macro("{rcpt_addr}", recipient);
	read_mail(argv[optind + 1]);
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

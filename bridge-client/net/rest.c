/*
 * Requests and bare connections of libcurl's.
 *
 * libcurl sends a request a second time, on its own account, when a kept
 * connection turns out to be dead, although the other side may have acted on
 * it.  on_request(), called before each sending, forbids that for all that is
 * not a question, and so also knows for certain what was never sent.
 */

#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "lib/buf.h"
#include "lib/loop.h"

#include "bridge-client/net/multi.h"
#include "bridge-client/net/request.h"
#include "bridge-client/provider/credentials.h"

#include "bridge-client/net/rest.h"

#define CONNECTIONS_MAX	64	/* kept */
#define PER_HOST_MAX	32	/* at once; what is more waits its turn */
#define IDLE_S		10L	/* a connection is kept; Asterisk: 15 */
#define HEAD_MAX	65536	/* of a reply */
#define AUTH_SIZE	8192	/* of credentials as a header */

struct transfer {
	struct multi_job		 job;
	struct rest_account	*account;
	LIST_ENTRY(transfer)	 entry;
	struct curl_slist	*headers;
	struct buf		 reply;
	size_t			 head_len;
	int			 is_head_whole;
	int			 is_question;	/* harmless to send twice */
	int			 is_sent;
	rest_done_fn		*fn;
	void			*ctx;
};

struct rest_wire {
	struct multi_job		 job;
	struct rest_account	*account;
	LIST_ENTRY(rest_wire)	 entry;
	struct loop_fd		*watch;
	struct rest_wire_fn	 fn;
	void			*ctx;
};

struct rest_account {
	struct rest			*rest;
	LIST_ENTRY(rest_account)	 entry;
	char				*user, *ca_file;
	struct credentials		 credentials;
	int				 connect_ms;
	LIST_HEAD(, transfer)		 transfers;
	LIST_HEAD(, rest_wire)		 wires;
};

struct rest {
	struct multi			*multi;
	LIST_HEAD(, rest_account)	 accounts;
};

struct rest *
rest_open(struct loop *loop)
{
	struct rest *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->multi = multi_open(loop)) == NULL) {
		free(r);
		return NULL;
	}
	curl_multi_setopt(multi_handle(r->multi), CURLMOPT_MAXCONNECTS,
	    (long)CONNECTIONS_MAX);
	curl_multi_setopt(multi_handle(r->multi),
	    CURLMOPT_MAX_HOST_CONNECTIONS, (long)PER_HOST_MAX);
	return r;
}

void
rest_close(struct rest *r)
{
	if (r == NULL)
		return;
	while (!LIST_EMPTY(&r->accounts))
		rest_account_free(LIST_FIRST(&r->accounts));
	multi_close(r->multi);
	free(r);
}

/* Accounts. */

static void
transfer_free(struct transfer *t)
{
	LIST_REMOVE(t, entry);
	multi_keep(t->account->rest->multi, &t->job);
	curl_slist_free_all(t->headers);
	buf_free(&t->reply);
	free(t);
}

struct rest_account *
rest_account_new(struct rest *r, const struct rest_account_conf *c)
{
	struct rest_account *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->rest = r;
	a->credentials.password = c->password;
	a->credentials.token = c->token;
	a->credentials.ctx = c->token_ctx;
	a->connect_ms = c->connect_ms;
	LIST_INSERT_HEAD(&r->accounts, a, entry);
	a->user = c->user != NULL ? strdup(c->user) : NULL;
	a->credentials.user = a->user;
	a->ca_file = c->ca_file != NULL ? strdup(c->ca_file) : NULL;
	if ((c->user != NULL && a->user == NULL) ||
	    (c->ca_file != NULL && a->ca_file == NULL)) {
		rest_account_free(a);
		return NULL;
	}
	return a;
}

void
rest_account_free(struct rest_account *a)
{
	if (a == NULL)
		return;
	while (!LIST_EMPTY(&a->transfers))
		transfer_free(LIST_FIRST(&a->transfers));
	while (!LIST_EMPTY(&a->wires))
		rest_wire_close(LIST_FIRST(&a->wires));
	LIST_REMOVE(a, entry);
	free(a->user);
	free(a->ca_file);
	free(a);
}

struct loop *
rest_loop(const struct rest_account *a)
{
	return multi_loop(a->rest->multi);
}

/* What requests and wires have in common.  The options are libcurl's own
 * constants: that one is refused means another libcurl, or no memory. */
static int
job_start(struct multi_job *job, const struct rest_account *a, const char *url)
{
	CURL *e = job->easy = multi_easy(a->rest->multi);
	CURLcode bad = CURLE_OK;

	if (e == NULL)
		return -1;
#define SET(option, value) \
	do { \
		if (bad == CURLE_OK) \
			bad = curl_easy_setopt(e, option, value); \
	} while (0)
	SET(CURLOPT_PRIVATE, job);
	SET(CURLOPT_ERRORBUFFER, job->why);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)a->connect_ms);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_USERAGENT, "calloffer/" CALLOFFER_VERSION);
	SET(CURLOPT_URL, url);
	if (a->ca_file != NULL)
		SET(CURLOPT_CAINFO, a->ca_file);
	return bad == CURLE_OK ? 0 : -1;
}

/* Requests. */

static int
on_request(void *ctx, char *to, char *from, int to_port, int from_port)
{
	struct transfer *t = ctx;

	(void)to, (void)from, (void)to_port, (void)from_port;
	if (t->is_sent && !t->is_question)
		return CURL_PREREQFUNC_ABORT;
	t->is_sent = 1;
	return CURL_PREREQFUNC_OK;
}

static size_t
on_head(char *p, size_t one, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	(void)one;
	t->head_len += n;
	t->is_head_whole = n == 2 && memcmp(p, "\r\n", 2) == 0;
	return t->head_len <= HEAD_MAX ? n : 0;
}

static size_t
on_body(char *p, size_t one, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	(void)one;
	buf_put(&t->reply, p, n);
	return buf_ok(&t->reply) ? n : 0;
}

static const char *
why_of(const struct transfer *t, CURLcode code)
{
	if (code == CURLE_OK)
		return "";
	if (!buf_ok(&t->reply) || t->head_len > HEAD_MAX)
		return "the reply is too long";
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return "the connection ended before an answer";
	return t->job.why[0] != '\0' ? t->job.why : curl_easy_strerror(code);
}

static void
transfer_done(struct multi_job *job, CURLcode code)
{
	struct transfer *t = (struct transfer *)job;
	rest_done_fn *fn = t->fn;
	void *ctx = t->ctx;
	int is_sent = t->is_sent;
	struct buf reply = t->reply;
	char why[CURL_ERROR_SIZE];
	curl_off_t retry_s = 0;
	long status = 0;

	/* libcurl takes a head that breaks off for one without a body. */
	if (code == CURLE_OK && !t->is_head_whole)
		code = CURLE_PARTIAL_FILE;
	if (code == CURLE_OK)
		curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
	snprintf(why, sizeof(why), "%s", why_of(t, code));
	if (code == CURLE_OK && curl_easy_getinfo(job->easy,
	    CURLINFO_RETRY_AFTER, &retry_s) == CURLE_OK && retry_s > 0)
		snprintf(why, sizeof(why), "%lld", (long long)retry_s);
	/* The callback may free the account: nothing of it is used then. */
	buf_init(&t->reply, 0);
	transfer_free(t);
	if (status != 0)
		fn(ctx, (int)status, 1, buf_cstr(&reply), reply.len, why);
	else
		fn(ctx, 0, is_sent, "", 0, why);
	buf_free(&reply);
}

int
rest_credentials(const struct rest_account *a, enum request_auth auth,
    struct buf *b)
{
	if (auth == REQUEST_NO_AUTH)
		return buf_ok(b) ? 0 : -1;
	return credentials_put(&a->credentials, auth == REQUEST_BASIC, b);
}

static int
add_header(struct transfer *t, const char *line)
{
	struct curl_slist *l = curl_slist_append(t->headers, line);

	if (l == NULL)
		return -1;
	t->headers = l;
	return 0;
}

static CURLcode
set_method(struct transfer *t, const struct request *q)
{
	CURL *e = t->job.easy;
	CURLcode bad = CURLE_OK;
	int is_post = strcmp(q->method, "POST") == 0;

	t->is_question = strcmp(q->method, "GET") == 0;
	if (is_post || q->body.len > 0) {
		SET(CURLOPT_POSTFIELDSIZE, (long)q->body.len);
		SET(CURLOPT_COPYPOSTFIELDS, q->body.len > 0 ?
		    (const char *)q->body.data : "");
	}
	if (!is_post)
		SET(CURLOPT_CUSTOMREQUEST, q->method);
	return bad;
}

static int
set_headers(struct transfer *t, const struct request *q)
{
	char line[AUTH_SIZE];
	struct buf b;
	int status;

	buf_over(&b, line, sizeof(line));
	status = rest_credentials(t->account, q->auth, &b);
	if (status == 0 && b.len > 0)
		status = add_header(t, buf_cstr(&b));
	explicit_bzero(line, sizeof(line));
	/* Without a value libcurl leaves a header out. */
	snprintf(line, sizeof(line), "Content-Type:%s%s",
	    q->type != NULL ? " " : "", q->type != NULL ? q->type : "");
	if (status == 0)
		status = add_header(t, line);
	if (status == 0 && q->header[0] != '\0')
		status = add_header(t, q->header);
	return status == 0 ? add_header(t, "Expect:") : -1;
}

static int
set_request(struct transfer *t, const struct request *q)
{
	CURL *e = t->job.easy;
	CURLcode bad = set_method(t, q);

	if (set_headers(t, q) < 0)
		return -1;
	SET(CURLOPT_HTTPHEADER, t->headers);
	SET(CURLOPT_TIMEOUT_MS, (long)q->timeout_ms);
	SET(CURLOPT_MAXAGE_CONN, IDLE_S);
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, t);
	SET(CURLOPT_HEADERFUNCTION, on_head);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	return bad == CURLE_OK ? 0 : -1;
}

int
rest_send(struct rest_account *a, const struct request *q, rest_done_fn *fn,
    void *ctx)
{
	struct transfer *t;
	char url[REQUEST_URL_MAX + 1];

	if (!request_ok(q) || q->url.len >= sizeof(url))
		return -1;
	memcpy(url, q->url.data, q->url.len);
	url[q->url.len] = '\0';
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return -1;
	t->account = a;
	t->fn = fn;
	t->ctx = ctx;
	t->job.done = transfer_done;
	buf_init(&t->reply, q->reply_max);
	LIST_INSERT_HEAD(&a->transfers, t, entry);
	if (job_start(&t->job, a, url) < 0 || set_request(t, q) < 0 ||
	    multi_start(a->rest->multi, &t->job) != 0) {
		transfer_free(t);
		return -1;
	}
	return 0;
}

/* Wires. */

static void
wire_done(struct multi_job *job, CURLcode code)
{
	struct rest_wire *w = (struct rest_wire *)job;
	curl_socket_t fd = CURL_SOCKET_BAD;

	curl_multi_setopt(multi_handle(w->account->rest->multi),
	    CURLMOPT_MAX_HOST_CONNECTIONS, (long)PER_HOST_MAX);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(job->easy, CURLINFO_ACTIVESOCKET, &fd);
	if (code == CURLE_OK && fd != CURL_SOCKET_BAD)
		w->watch = loop_fd_new(multi_loop(w->account->rest->multi), fd,
		    LOOP_READ | LOOP_WRITE, w->fn.ready, w->ctx);
	if (w->watch == NULL)
		w->fn.failed(w->ctx, job->why[0] != '\0' ? job->why :
		    curl_easy_strerror(code));
}

struct rest_wire *
rest_wire_open(struct rest_account *a, const char *url,
    const struct rest_wire_fn *fn, void *ctx)
{
	struct rest_wire *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->account = a;
	w->fn = *fn;
	w->ctx = ctx;
	w->job.done = wire_done;
	LIST_INSERT_HEAD(&a->wires, w, entry);
	/* It must not queue behind requests: libcurl 7.88 would forget it. */
	curl_multi_setopt(multi_handle(a->rest->multi),
	    CURLMOPT_MAX_HOST_CONNECTIONS, 0L);
	if (job_start(&w->job, a, url) < 0 ||
	    curl_easy_setopt(w->job.easy, CURLOPT_CONNECT_ONLY, 1L) !=
	    CURLE_OK ||
	    multi_start(a->rest->multi, &w->job) != 0) {
		rest_wire_close(w);
		return NULL;
	}
	return w;
}

void
rest_wire_want(struct rest_wire *w, int events)
{
	loop_fd_set(w->watch, events);
}

long
rest_wire_read(struct rest_wire *w, void *dst, size_t size)
{
	size_t n = 0;
	CURLcode code = curl_easy_recv(w->job.easy, dst, size, &n);

	if (code == CURLE_AGAIN)
		return 0;
	return code == CURLE_OK && n > 0 ? (long)n : -1;
}

long
rest_wire_write(struct rest_wire *w, const void *p, size_t len)
{
	size_t n = 0;
	CURLcode code = curl_easy_send(w->job.easy, p, len, &n);

	if (code == CURLE_AGAIN)
		return 0;
	return code == CURLE_OK ? (long)n : -1;
}

void
rest_wire_close(struct rest_wire *w)
{
	if (w == NULL)
		return;
	loop_fd_free(w->watch);
	LIST_REMOVE(w, entry);
	multi_end(w->account->rest->multi, &w->job);
	free(w);
}

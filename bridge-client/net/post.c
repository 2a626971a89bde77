#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "lib/secret.h"

#include "bridge-client/net/multi.h"

#include "bridge-client/net/post.h"

#define CONNECT_MS	10000L
#define WHOLE_MS	60000L
#define PASSWORD_MAX	256

struct post {
	struct multi_job	 job;	/* first: it is cast */
	struct multi		*multi;
	char			*url, *user, *ca_file;
	const struct secret	*password;
	struct curl_slist	*to;
	char			*data;
	size_t			 len, at;
	int			 is_whole;	/* all of it was given away */
	post_done_fn		*fn;
	void			*ctx;
};

static char *
copy(const char *s)
{
	return s != NULL ? strdup(s) : NULL;
}

struct post *
post_open(struct loop *loop, const struct post_conf *c)
{
	struct post *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->multi = multi_open(loop);
	p->url = copy(c->url);
	p->user = copy(c->user);
	p->ca_file = copy(c->ca_file);
	p->password = c->password;
	if (p->multi != NULL && p->url != NULL &&
	    (c->user == NULL || p->user != NULL) &&
	    (c->ca_file == NULL || p->ca_file != NULL))
		return p;
	post_close(p);
	return NULL;
}

static void
clear(struct post *p)
{
	multi_end(p->multi, &p->job);
	curl_slist_free_all(p->to);
	free(p->data);
	p->to = NULL;
	p->data = NULL;
	p->len = p->at = 0;
	p->is_whole = 0;
}

void
post_close(struct post *p)
{
	if (p == NULL)
		return;
	clear(p);
	multi_close(p->multi);
	free(p->url);
	free(p->user);
	free(p->ca_file);
	free(p);
}

static size_t
on_read(char *dst, size_t one, size_t n, void *ctx)
{
	struct post *p = ctx;
	size_t len = p->len - p->at;

	if (len > one * n)
		len = one * n;
	memcpy(dst, p->data + p->at, len);
	p->at += len;
	p->is_whole |= len == 0;
	return len;
}

/*
 * A server that has said no, has said it; but a login that it does not take is
 * our fault, and not the message's.  Before the message has begun to be
 * sent it cannot have been taken on, and before its end neither: that is a
 * line of its own (RFC 5321, 4.1.1.4), which goes out behind the whole.
 */
static enum post_outcome
outcome_of(const struct post *p, CURLcode code)
{
	long status = 0;

	if (code == CURLE_OK)
		return POST_DONE;
	if (code == CURLE_LOGIN_DENIED)
		return POST_NOT;
	curl_easy_getinfo(p->job.easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 500 && status < 600)
		return POST_REFUSED;
	if (status >= 400 || !p->is_whole)
		return POST_NOT;
	return POST_UNKNOWN;
}

static void
on_done(struct multi_job *job, CURLcode code)
{
	struct post *p = (struct post *)job;
	enum post_outcome outcome = outcome_of(p, code);
	char why[CURL_ERROR_SIZE];

	snprintf(why, sizeof(why), "%s", code == CURLE_OK ? "" :
	    job->why[0] != '\0' ? job->why : curl_easy_strerror(code));
	clear(p);
	p->fn(p->ctx, outcome, why);
}

static int
is_local(const char *url)
{
	const char *host = strstr(url, "://");
	size_t n;

	host = host != NULL ? host + 3 : url;
	if (strncmp(host, "[::1]", 5) == 0)
		return 1;
	n = strncmp(host, "127.", 4) == 0 ? strspn(host, "0123456789.") :
	    strncmp(host, "localhost", 9) == 0 ? 9 : 0;
	return n > 0 && strchr(":/", host[n]) != NULL;
}

#define SET(option, value) \
	do { \
		if (bad == CURLE_OK) \
			bad = curl_easy_setopt(p->job.easy, option, value); \
	} while (0)

static CURLcode
set_login(struct post *p)
{
	char password[PASSWORD_MAX + 1];
	CURLcode bad = CURLE_OK;
	size_t n;

	if (p->user == NULL)
		return CURLE_OK;
	n = p->password != NULL ? secret_len(p->password) : 0;
	if (n > PASSWORD_MAX)
		return CURLE_LOGIN_DENIED;
	if (n > 0)
		memcpy(password, secret_bytes(p->password), n);
	password[n] = '\0';
	SET(CURLOPT_USERNAME, p->user);
	SET(CURLOPT_PASSWORD, password);
	explicit_bzero(password, sizeof(password));
	return bad;
}

static int
start(struct post *p)
{
	CURLcode bad = CURLE_OK;
	long tls = p->user == NULL ? CURLUSESSL_TRY : is_local(p->url) ?
	    CURLUSESSL_TRY : CURLUSESSL_ALL;

	p->job.easy = curl_easy_init();
	p->job.done = on_done;
	p->job.why[0] = '\0';
	if (p->job.easy == NULL)
		return -1;
	SET(CURLOPT_PRIVATE, &p->job);
	SET(CURLOPT_ERRORBUFFER, p->job.why);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_URL, p->url);
	SET(CURLOPT_USE_SSL, tls);
	SET(CURLOPT_SSL_VERIFYPEER, is_local(p->url) ? 0L : 1L);
	SET(CURLOPT_SSL_VERIFYHOST, is_local(p->url) ? 0L : 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, WHOLE_MS);
	SET(CURLOPT_MAIL_FROM, "");
	SET(CURLOPT_MAIL_RCPT, p->to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, p);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	if (p->ca_file != NULL)
		SET(CURLOPT_CAINFO, p->ca_file);
	if (bad != CURLE_OK || set_login(p) != CURLE_OK)
		return -1;
	return multi_start(p->multi, &p->job);
}

int
post_send(struct post *p, const struct post_mail *m, post_done_fn *fn,
    void *ctx)
{
	if (p->job.easy != NULL)
		return -1;
	p->fn = fn;
	p->ctx = ctx;
	p->to = curl_slist_append(NULL, m->to);
	p->data = malloc(m->len > 0 ? m->len : 1);
	if (p->data != NULL) {
		memcpy(p->data, m->data, m->len);
		p->len = m->len;
	}
	if (p->to != NULL && p->data != NULL && start(p) == 0)
		return 0;
	clear(p);
	return -1;
}

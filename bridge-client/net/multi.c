#include <signal.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "lib/loop.h"

#include "bridge-client/net/multi.h"

#define SPARE_MAX 32

struct multi {
	struct loop		*loop;
	CURLM			*curl;
	struct loop_timer	*timer;
	CURL			*spare[SPARE_MAX];
	size_t			 n_spare;
};

static void
reap(struct multi *r)
{
	CURLMsg *m;
	struct multi_job *job;
	int left;

	while ((m = curl_multi_info_read(r->curl, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		job = NULL;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
		    (char **)&job);
		job->done(job, m->data.result);
	}
}

static void
on_timer(void *ctx)
{
	struct multi *r = ctx;
	int running;

	curl_multi_socket_action(r->curl, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(r);
}

/* One socket of libcurl's. */
struct watch {
	struct multi	*multi;
	curl_socket_t	 fd;
	struct loop_fd	*loop_fd;
};

static void
on_socket(void *ctx, int events)
{
	struct watch *w = ctx;
	struct multi *r = w->multi;
	int running;

	/* `w` may be gone after this. */
	curl_multi_socket_action(r->curl, w->fd,
	    ((events & LOOP_READ) ? CURL_CSELECT_IN : 0) |
	    ((events & LOOP_WRITE) ? CURL_CSELECT_OUT : 0), &running);
	reap(r);
}

static int
want_timer(CURLM *multi, long timeout_ms, void *ctx)
{
	struct multi *r = ctx;

	(void)multi;
	loop_timer_arm(r->timer, timeout_ms);
	return 0;
}

static int
want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *sock)
{
	struct multi *r = ctx;
	struct watch *w = sock;
	int events = ((what & CURL_POLL_IN) ? LOOP_READ : 0) |
	    ((what & CURL_POLL_OUT) ? LOOP_WRITE : 0);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w != NULL)
			loop_fd_free(w->loop_fd);
		free(w);
		return 0;
	}
	if (w != NULL) {
		loop_fd_set(w->loop_fd, events);
		return 0;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return -1;
	w->multi = r;
	w->fd = fd;
	w->loop_fd = loop_fd_new(r->loop, fd, events, on_socket, w);
	if (w->loop_fd == NULL) {
		free(w);
		return -1;
	}
	curl_multi_assign(r->curl, fd, w);
	return 0;
}

struct multi *
multi_open(struct loop *loop)
{
	struct multi *r;

	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		goto fail;
	r->loop = loop;
	r->timer = loop_timer_new(loop, on_timer, r);
	r->curl = curl_multi_init();
	if (r->timer == NULL || r->curl == NULL)
		goto fail;
	curl_multi_setopt(r->curl, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(r->curl, CURLMOPT_SOCKETDATA, r);
	curl_multi_setopt(r->curl, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(r->curl, CURLMOPT_TIMERDATA, r);
	return r;
fail:
	if (r != NULL) {
		curl_multi_cleanup(r->curl);
		loop_timer_free(r->timer);
	}
	free(r);
	curl_global_cleanup();
	return NULL;
}

void
multi_close(struct multi *r)
{
	if (r == NULL)
		return;
	while (r->n_spare > 0)
		curl_easy_cleanup(r->spare[--r->n_spare]);
	curl_multi_cleanup(r->curl);
	loop_timer_free(r->timer);
	free(r);
	curl_global_cleanup();
}

CURLM *
multi_handle(const struct multi *r)
{
	return r->curl;
}

struct loop *
multi_loop(const struct multi *r)
{
	return r->loop;
}

int
multi_start(struct multi *r, struct multi_job *job)
{
	return curl_multi_add_handle(r->curl, job->easy) == CURLM_OK ? 0 : -1;
}

void
multi_end(struct multi *r, struct multi_job *job)
{
	if (job->easy == NULL)
		return;
	curl_multi_remove_handle(r->curl, job->easy);
	curl_easy_cleanup(job->easy);
	job->easy = NULL;
}

CURL *
multi_easy(struct multi *r)
{
	return r->n_spare > 0 ? r->spare[--r->n_spare] : curl_easy_init();
}

void
multi_keep(struct multi *r, struct multi_job *job)
{
	if (job->easy == NULL || r->n_spare == SPARE_MAX) {
		multi_end(r, job);
		return;
	}
	curl_multi_remove_handle(r->curl, job->easy);
	curl_easy_reset(job->easy);
	r->spare[r->n_spare++] = job->easy;
	job->easy = NULL;
}

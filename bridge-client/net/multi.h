#ifndef BRIDGE_NET_MULTI_H
#define BRIDGE_NET_MULTI_H

#include <curl/curl.h>

struct loop;

/*
 * libcurl on the loop: what it works on is a job, and its end is told to it.
 * The door to libcurl, with those that use it: rest and post.
 */
struct multi;

/* The first member of what it is: it is cast. */
struct multi_job {
	CURL	*easy;		/* NULL, or to be given back by multi_end() */
	char	 why[CURL_ERROR_SIZE];
	void	(*done)(struct multi_job *, CURLcode);	/* ends it */
};

/* NULL: out of memory.  Ignores SIGPIPE from here on. */
struct multi *multi_open(struct loop *);
/* No job may be left. */
void multi_close(struct multi *);
CURLM *multi_handle(const struct multi *);
struct loop *multi_loop(const struct multi *);

/* `job->easy` has its options.  0, or -1: done() is not called. */
int multi_start(struct multi *, struct multi_job *)
    __attribute__((warn_unused_result));
/* Harmless without one. */
void multi_end(struct multi *, struct multi_job *);

/*
 * Making a handle costs libcurl about as much as a request.  multi_easy()
 * gives one as new (NULL: out of memory), and multi_keep() ends the job as
 * multi_end() does but may keep its handle for that: where it made no more
 * than requests.
 */
CURL *multi_easy(struct multi *) __attribute__((warn_unused_result));
void multi_keep(struct multi *, struct multi_job *);

#endif

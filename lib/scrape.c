/*
 * What a collector asks, and the text of metrics.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/sock.h"

#include "lib/scrape.h"

#define LABELS_MAX 4

const char *
scrape_check(const char *address)
{
	static char why[256];	/* no thread reads a configuration */

	if (address[0] == '\0')
		return NULL;
	if (!sock_is_address(address, why, sizeof(why)))
		return why;
	return sock_is_near(address) ? NULL : "only a Unix socket or "
	    "loopback, such as inet:127.0.0.1:8042";
}

int
scrape_listen(const char *address, const struct sock_unix *share, char *why,
    size_t size)
{
	const char *wrong = scrape_check(address);

	if (wrong == NULL)
		return sock_listen(address, share, why, size);
	snprintf(why, size, "metrics: %s: %s", address, wrong);
	return -1;
}

int
scrape_is_whole(const char *asked)
{
	return strstr(asked, "\r\n\r\n") != NULL ||
	    strstr(asked, "\n\n") != NULL;
}

void
scrape_answer(struct buf *all, const char *asked, scrape_page_fn *put,
    void *ctx)
{
	const int is_get = strncmp(asked, "GET ", 4) == 0;
	const int is_page = is_get &&
	    strncmp(asked + 4, "/metrics", 8) == 0 &&
	    strchr(" ?", asked[12]) != NULL;
	struct buf page;

	buf_init(&page, SCRAPE_PAGE_MAX);
	if (is_page)
		put(ctx, &page);
	else
		buf_str(&page, is_get ? "see /metrics\n" : "only GET\n");
	buf_printf(all, "HTTP/1.1 %s\r\nContent-Type: text/plain; "
	    "version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n", !is_get ? "405 Method Not Allowed" :
	    is_page ? "200 OK" : "404 Not Found", page.len);
	buf_put(all, page.data, page.len);
	if (!buf_ok(&page))
		buf_clear(all);
	buf_free(&page);
}

void
scrape_head(struct buf *b, const char *name, const char *type,
    const char *help)
{
	buf_printf(b, "# HELP %s %s.\n# TYPE %s %s\n", name, help, name, type);
}

void
scrape_counter(struct buf *b, const char *name, const char *help,
    uint64_t value)
{
	scrape_head(b, name, "counter", help);
	buf_printf(b, "%s %" PRIu64 "\n", name, value);
}

void
scrape_gauge(struct buf *b, const char *name, const char *help, int64_t value)
{
	scrape_head(b, name, "gauge", help);
	buf_printf(b, "%s %" PRId64 "\n", name, value);
}

static void
put_value(struct buf *b, const char *value)
{
	buf_u8(b, '"');
	for (; *value != '\0'; value++)
		if (*value == '\n')
			buf_str(b, "\\n");
		else if (*value == '"' || *value == '\\')
			buf_printf(b, "\\%c", *value);
		else
			buf_u8(b, (uint8_t)*value);
	buf_u8(b, '"');
}

/* NAME{label="value",..}, the name in two parts. */
static void
put_name(struct buf *b, const char *name, const char *what,
    const struct scrape_label *l)
{
	const char *sep = "{";

	buf_printf(b, "%s%s", name, what);
	for (; l != NULL && l->name != NULL; l++, sep = ",") {
		buf_printf(b, "%s%s=", sep, l->name);
		put_value(b, l->value);
	}
	if (*sep == ',')
		buf_u8(b, '}');
}

void
scrape_sample(struct buf *b, const char *name, const struct scrape_label *l,
    uint64_t n)
{
	put_name(b, name, "", l);
	buf_printf(b, " %" PRIu64 "\n", n);
}

void
scrape_program(struct buf *b, const char *prefix, int64_t started)
{
	buf_printf(b, "# HELP %s_build_info The version that runs.\n"
	    "# TYPE %s_build_info gauge\n"
	    "%s_build_info{version=\"" CALLOFFER_VERSION "\"} 1\n", prefix,
	    prefix, prefix);
	scrape_gauge(b, "process_start_time_seconds", "Unix time of the start",
	    started);
}

/* The end of the bucket is a label behind the others. */
static void
put_bucket(struct buf *b, const struct scrape_histogram *h, size_t i,
    uint64_t n)
{
	struct scrape_label l[LABELS_MAX + 2];
	char end[32] = "+Inf";
	size_t k = 0;

	while (h->labels != NULL && h->labels[k].name != NULL &&
	    k < LABELS_MAX) {
		l[k] = h->labels[k];
		k++;
	}
	if (i < h->n)
		snprintf(end, sizeof(end), "%g", (double)h->end[i] * h->unit);
	l[k++] = (struct scrape_label){ "le", end };
	l[k] = (struct scrape_label){ NULL, NULL };
	put_name(b, h->name, "_bucket", l);
	buf_printf(b, " %" PRIu64 "\n", n);
}

void
scrape_histogram(struct buf *b, const struct scrape_histogram *h)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i <= h->n; i++) {
		n += h->count[i];
		put_bucket(b, h, i, n);
	}
	put_name(b, h->name, "_sum", h->labels);
	buf_printf(b, " %.6f\n", (double)h->sum * h->unit);
	put_name(b, h->name, "_count", h->labels);
	buf_printf(b, " %" PRIu64 "\n", n);
}

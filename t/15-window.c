/* The hours of an offer: text and packed. */

#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/window.h"
#include "t/tap.h"

static const char *const refused[] = {
	"", "Mon", "Mon-Fri", "Mon-Fri 09:00-17:00", "09:00-17:00 UTC",
	"Mon-Fri 09:00-17:00 ", "Mo-Fr 09:00-17:00 UTC",
	"Monday 09:00-17:00 UTC", "Mon- 09:00-17:00 UTC",
	"-Fri 09:00-17:00 UTC", "Mon,,Tue 09:00-17:00 UTC",
	"Mon, Tue 09:00-17:00 UTC", ",Mon 09:00-17:00 UTC",
	"Mon-Tue-Wed 09:00-17:00 UTC", "Mon 9:00-17:00 UTC",
	"Mon 09-17 UTC", "Mon 09:00 17:00 UTC", "Mon 09:00-17:60 UTC",
	"Mon 09:00-24:01 UTC", "Mon 24:00-24:00 UTC", "Mon 25:00-26:00 UTC",
	"Mon 17:00-09:00 UTC", "Mon 09:00-09:00 UTC", "Mon 0900-1700 UTC",
	"Mon 09:00-17:00-18:00 UTC", "Mon  09:00-17:00 UTC",
	"Mon 09:00-17:00  UTC", "Mon 09:00-17:00 UTC ",
	"Mon\t09:00-17:00 UTC", "Mon 09:00-17:00 +02:00",
	"Mon 09:00-17:00 ../../etc/passwd", "Mon 09:00-17:00 /etc/passwd",
	"Mon 09:00-17:00 Europe//Berlin", "Mon 09:00-17:00 Europe/",
	"Mon 09:00-17:00 Europe/Ber lin", "Mon 09:00-17:00 Europe.Berlin",
	"Mon 09:00-17:00 EuropeEuropeEuropeEuropeEurope/Berlin0123",
	"Mon +9:00-17:00 UTC", "Mon 09:00-17:00 Eur\xc3\xb6pe",
};

static const struct {
	const char	*in, *out;
	struct window	 want;
} good[] = {
	{ "Mon-Fri 09:00-17:00 Europe/Berlin",
	    "Mon-Fri 09:00-17:00 Europe/Berlin",
	    { 0x1f, 540, 1020, "Europe/Berlin" } },
	{ "Mon,Wed,Sat 10:00-12:30 UTC", "Mon,Wed,Sat 10:00-12:30 UTC",
	    { 0x25, 600, 750, "UTC" } },
	{ "sat-mon 00:00-24:00 Etc/GMT+5", "Mon,Sat,Sun 00:00-24:00 Etc/GMT+5",
	    { 0x61, 0, 1440, "Etc/GMT+5" } },
	{ "Sun 23:59-24:00 America/Port-au-Prince",
	    "Sun 23:59-24:00 America/Port-au-Prince",
	    { 0x40, 1439, 1440, "America/Port-au-Prince" } },
	{ "Fri,Mon-Wed,Mon 08:00-08:01 EST5EDT",
	    "Mon-Wed,Fri 08:00-08:01 EST5EDT", { 0x17, 480, 481, "EST5EDT" } },
	{ "Mon-Sun 00:00-24:00 Europe/Berlin",
	    "Mon-Sun 00:00-24:00 Europe/Berlin",
	    { 0x7f, 0, 1440, "Europe/Berlin" } },
	{ "Tue-Tue 01:00-02:00 A", "Tue 01:00-02:00 A",
	    { 0x02, 60, 120, "A" } },
	{ "Wed-Tue 01:00-02:00 aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd",
	    "Mon-Sun 01:00-02:00 aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd",
	    { 0x7f, 60, 120, "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd" } },
};

static void
test_refused(void)
{
	struct window w;
	const char *why;
	size_t i, n;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		n = strlen(refused[i]);
		why = NULL;
		ok(window_parse(&w, tap_edge(refused[i], n), n, &why) == -1 &&
		    why != NULL && w.days == 0, "refused: %s", refused[i]);
	}
	ok(window_parse(&w, "Mon 09:00-17:00 U\0C", 19, NULL) == -1,
	    "refused: a NUL");
}

static void
test_good(void)
{
	char text[WINDOW_TEXT_SIZE];
	const char *why = "";
	struct window w, back;
	struct buf b;
	struct scan s;
	size_t i, n;

	buf_init(&b, 100);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		n = strlen(good[i].in);
		is_int(window_parse(&w, tap_edge(good[i].in, n), n, &why), 0,
		    "read: %s (%s)", good[i].in, why);
		is_mem(&w, &good[i].want, sizeof(w), "its fields");
		window_text(&w, text);
		is_str(text, good[i].out, "its text");
		buf_clear(&b);
		window_pack(&w, &b);
		ok(buf_ok(&b), "packed");
		for (n = 0; n < b.len; n++) {
			scan_init(&s, tap_edge(b.data, n), n);
			window_unpack(&back, &s);
			if (scan_done(&s))
				break;
		}
		is_int(n, b.len, "refused when cut, at every length");
		scan_init(&s, tap_edge(b.data, b.len), b.len);
		window_unpack(&back, &s);
		ok(scan_done(&s), "unpacked");
		is_mem(&back, &w, sizeof(w), "the same");
	}
	memset(&w, 0, sizeof(w));
	window_text(&w, text);
	is_str(text, "", "no window has no text");
	buf_clear(&b);
	window_pack(&w, &b);
	is_int(b.len, 1, "and is one byte");
	scan_init(&s, b.data, b.len);
	window_unpack(&back, &s);
	ok(scan_done(&s) && back.days == 0, "that is read");
	buf_free(&b);
}

/* Packed by nobody. */
static const struct {
	const char	*what;
	unsigned char	 bytes[16];
	size_t		 len;
	int		 want;
} packed[] = {
	{ "an eighth day", "\200\0\1\0\2\3UTC", 9, 0 },
	{ "the end at the start", "\1\0\2\0\2\3UTC", 9, 0 },
	{ "the end after midnight", "\1\0\2\5\241\3UTC", 9, 0 },
	{ "no zone", "\1\0\1\0\2\0", 6, 0 },
	{ "a zone that climbs", "\1\0\1\0\2\4../x", 10, 0 },
	{ "a NUL in the zone", "\1\0\1\0\2\3U\0C", 9, 0 },
	{ "as it should be", "\1\0\1\5\240\3UTC", 9, 1 },
};

static void
test_packed(void)
{
	struct window w;
	struct scan s;
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		scan_init(&s, tap_edge(packed[i].bytes, packed[i].len),
		    packed[i].len);
		window_unpack(&w, &s);
		is_int(scan_done(&s), packed[i].want, "packed: %s",
		    packed[i].what);
	}
	buf_init(&b, 100);
	w.to_min = 1441;
	window_pack(&w, &b);
	ok(!buf_ok(&b), "what cannot be read is not written");
	buf_clear(&b);
	w.to_min = 1440;
	memset(w.zone, 'x', sizeof(w.zone));
	window_pack(&w, &b);
	ok(!buf_ok(&b), "nor a zone without its end");
	buf_free(&b);
}

int
main(void)
{
	test_refused();
	test_packed();
	test_good();
	return tap_done();
}

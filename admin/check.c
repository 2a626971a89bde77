/*
 * calloffer check: whether the parts of an installation fit together.
 */

#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/frame.h"
#include "lib/scan.h"
#include "lib/sock.h"

#include "admin/command.h"
#include "admin/facts.h"
#include "admin/report.h"
#include "admin/scope.h"
#include "admin/sibling.h"
#include "admin/talk.h"
#include "admin/text.h"

#include "admin/check.h"

#define DIAL_WAIT_MS	2000
#define NEARLY_FULL	90	/* per cent of the journal's size */

/* All that is looked at in one run. */
struct visit {
	const struct place	*place;
	struct report		 report;
	struct facts		 milter, acceptd, bridge;
};

static void
look_at_configuration(struct visit *v, struct facts *f)
{
	if (!f->is_here)
		report_left_out(&v->report, f->name, "no configuration: not "
		    "on this machine");
	else if (f->is_good)
		report_good(&v->report, f->name, f->conf);
	else
		report_bad(&v->report, f->name, f->conf, f->why, NULL);
}

/* Is the milter's signing key trusted here? */
static void
look_at_trust(struct visit *v, struct facts *by)
{
	const char *id = facts_get(&v->milter, "sign", 0);
	char what[64], live[64];

	if (!v->milter.is_good || !by->is_good || id == NULL)
		return;
	snprintf(what, sizeof(what), "trusts the milter's signing key %s", id);
	snprintf(live, sizeof(live), "%s live", id);
	if (facts_has(by, "verify", live) || (by != &v->bridge &&
	    facts_has(by, "verify", id)))
		report_good(&v->report, by->name, what);
	else if (facts_has(by, "verify", id))
		report_bad(&v->report, by->name, what,
		    "The key is there, but retired or compromised: offers "
		    "that it makes now are refused.",
		    "Let the milter sign with a live key, or say live in the "
		    "key's section of bridge.conf.");
	else
		report_bad(&v->report, by->name, what,
		    "None of its public keys is that of the milter: every "
		    "offer is refused as forged.",
		    "Name the sign.pub that was made with the milter's "
		    "sign.key in its configuration, and reload it.");
}

static void
look_at_seal(struct visit *v)
{
	const char *id = facts_get(&v->milter, "seal", 0);
	char what[64];

	if (!v->milter.is_good || !v->bridge.is_good || id == NULL)
		return;
	snprintf(what, sizeof(what), "can open what is sealed with %s", id);
	if (facts_has(&v->bridge, "unseal", id))
		report_good(&v->report, "bridge", what);
	else
		report_bad(&v->report, "bridge", what,
		    "None of its unsealing keys belongs to the milter's "
		    "sealing key: no offer can be opened.",
		    "Give the milter the seal.pub that was made with the "
		    "bridge's unseal.key.");
}

/* The number that the value begins with; `*rest` is what follows it. */
static uint64_t
number_of(const char *value, const char **rest)
{
	size_t n = strspn(value, "0123456789");
	uint64_t v = 0;

	*rest = value + n + (value[n] == ' ');
	return scan_uint(value, n, INT64_MAX, &v) == 0 ? v : 0;
}

/* What the bridge grants to the milter's key; NULL: not known. */
static const char *
grants_of(const struct visit *v)
{
	const char *id = facts_get(&v->milter, "sign", 0), *grants;
	size_t i;

	for (i = 0; id != NULL && (grants = facts_get(&v->bridge, "grants",
	    i)) != NULL; i++)
		if (strncmp(grants, id, strlen(id)) == 0)
			return grants + strlen(id) + 1;
	return NULL;
}

/* Offers that last longer, or are good more often, would all be refused. */
static void
look_at_grants(struct visit *v)
{
	static const char what[] = "grants what the milter offers";
	const char *uses = facts_get(&v->milter, "uses", 0), *grants, *rest;
	const char *life = facts_get(&v->milter, "lifetime", 0);

	grants = grants_of(v);
	if (uses == NULL || life == NULL || grants == NULL)
		return;
	if (number_of(uses, &rest) <= number_of(grants, &grants) &&
	    number_of(life, &rest) <= number_of(grants, &grants))
		report_good(&v->report, "bridge", what);
	else
		report_bad(&v->report, "bridge", what,
		    "The milter makes offers that may be used more often, or "
		    "live longer, than the bridge grants to its key: those "
		    "are refused when somebody opens the link.",
		    "Set max_uses and max_lifetime alike in milter.conf and in "
		    "the key's section of bridge.conf.");
}

/* The key that signs for every offeror may do so. */
static void
look_at_scope(struct visit *v)
{
	static const char what[] = "takes what the table of offerors offers";
	char why[SCOPE_WHY_SIZE];

	switch (scope_look(&v->milter, &v->bridge, why)) {
	case SCOPE_GOOD:
		report_good(&v->report, "bridge", what);
		break;
	case SCOPE_REFUSED:
		report_bad(&v->report, "bridge", what, why,
		    "Name what is missing in bridge.conf, in the section of "
		    "the milter's key or of the account, or mend these entries "
		    "and run `calloffer offerors`.");
		break;
	case SCOPE_UNREAD:
		report_bad(&v->report, "bridge", what, why,
		    "Run `calloffer offerors`.");
		break;
	case SCOPE_UNKNOWN:
		break;
	}
}

/* The links that the milter writes lead to these pages. */
static void
look_at_url(struct visit *v, const struct facts *of)
{
	const char *links = facts_get(&v->milter, "url", 0);
	const char *pages = facts_get(of, "url", 0);
	char why[1024];

	if (links == NULL || pages == NULL)
		return;
	if (strcmp(links, pages) == 0) {
		report_good(&v->report, of->name, "is where the milter's "
		    "links lead");
		return;
	}
	snprintf(why, sizeof(why), "The milter makes links below %s, and %s "
	    "is to be found below %s.", links, of->name, pages);
	report_bad(&v->report, of->name, "is where the milter's links lead",
	    why, "Set the same address in milter.conf (base_url), acceptd.conf "
	    "(base_url) and bridge.conf (public).");
}

/* The compiled table is there, and not older than its text. */
static void
look_at_table(struct visit *v)
{
	static const char what[] = "table of offerors is compiled";
	const char *path = facts_get(&v->milter, "table", 0), *end;
	char text[1024], why[1200];
	struct stat compiled, source;

	if (path == NULL)
		return;
	if (stat(path, &compiled) == -1) {
		snprintf(why, sizeof(why), "%s: %s", path, strerror(errno));
		report_bad(&v->report, "milter", what, why,
		    "Run `calloffer offerors`.");
		return;
	}
	end = strstr(path, ".lmdb");
	snprintf(text, sizeof(text), "%.*s", end != NULL ? (int)(end - path) :
	    0, path);
	if (end != NULL && end[5] == '\0' && stat(text, &source) == 0 &&
	    source.st_mtime > compiled.st_mtime) {
		snprintf(why, sizeof(why), "%s is newer than what was compiled "
		    "from it.", text);
		report_bad(&v->report, "milter", what, why,
		    "Run `calloffer offerors`.");
		return;
	}
	report_good(&v->report, "milter", what);
}

/* Whether somebody answers: 0, or the errno. */
static int
dial(const void *address)
{
	struct pollfd pfd = { .events = POLLOUT };
	char why[512];
	int error;

	errno = 0;
	pfd.fd = sock_dial(address, why, sizeof(why));
	if (pfd.fd == -1)
		return errno == 0 ? EINVAL : errno & 0xff;
	if (poll(&pfd, 1, DIAL_WAIT_MS) != 1)
		error = ETIMEDOUT;
	else
		error = sock_dial_result(pfd.fd);
	close(pfd.fd);
	return error & 0xff;
}

struct door {
	const char	*part;		/* whose */
	const char	*address;	/* NULL: not known, nothing is said */
	const char	*guest;		/* the user who must get in, or NULL */
	const char	*mend;		/* where the guest does not */
};

/*
 * Somebody listens, and he who has to be let in is.  As him first, where we can
 * be him: the bridge tells in its log of others who knock.
 */
static void
look_at_door(struct visit *v, const struct door *d)
{
	int can_be_guest = d->guest != NULL && geteuid() == 0 &&
	    getpwnam(d->guest) != NULL;
	char what[300], why[600], mend[128];
	int error, guest = -1;

	if (d->address == NULL)
		return;
	snprintf(what, sizeof(what), "answers at %s", d->address);
	if (can_be_guest)
		guest = sibling_as(d->guest, dial, d->address);
	error = guest == 0 ? 0 : dial(d->address);
	if (error != 0) {
		snprintf(why, sizeof(why), "%s: %s", d->address,
		    strerror(error));
		snprintf(mend, sizeof(mend), "Start it: systemctl start "
		    "calloffer-%s", d->part);
		report_bad(&v->report, d->part, what, why, error == EACCES ?
		    "Run this as root." : mend);
		return;
	}
	report_good(&v->report, d->part, what);
	if (!can_be_guest)
		return;
	snprintf(what, sizeof(what), "lets %s in", d->guest);
	if (guest == 0) {
		report_good(&v->report, d->part, what);
		return;
	}
	snprintf(why, sizeof(why), "The user %s cannot connect to %s: %s",
	    d->guest, d->address, guest == -1 ? "the attempt failed" :
	    strerror(guest));
	report_bad(&v->report, d->part, what, why, d->mend);
}

static void
look_at_doors(struct visit *v)
{
	const struct door doors[] = {
		{ "milter", facts_get(&v->milter, "listen", 0), "postfix",
		    "See that socket_mode in milter.conf is 0660, and that "
		    "the socket and its directory belong to the group "
		    "postfix." },
		{ "acceptd", facts_get(&v->acceptd, "listen", 0), NULL, NULL },
		{ "bridge", facts_get(&v->bridge, "face", 0),
		    "calloffer-acceptd", "Set face_group = calloffer-acceptd "
		    "in bridge.conf." },
	};
	size_t i;

	for (i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		look_at_door(v, &doors[i]);
}

/* acceptd asks where the bridge listens. */
static void
look_at_way(struct visit *v)
{
	const char *from = facts_get(&v->acceptd, "bridge", 0);
	const char *to = facts_get(&v->bridge, "face", 0);
	char why[1024];

	if (from == NULL || to == NULL)
		return;
	if (sock_path(from) != NULL)
		from = sock_path(from);
	if (strcmp(from, to) == 0) {
		report_good(&v->report, "acceptd", "asks where the bridge "
		    "listens");
		return;
	}
	snprintf(why, sizeof(why), "acceptd asks at %s, and the bridge listens "
	    "at %s.", from, to);
	report_bad(&v->report, "acceptd", "asks where the bridge listens",
	    why, "Set the same path in acceptd.conf and in bridge.conf.");
}

static int
ask_health(const char *address, struct ask_health *health, char *why,
    size_t size)
{
	struct talk *talk = talk_open(address, why, size);
	struct frame frame;
	int rv = -1;

	if (talk != NULL && talk_ask(talk, ASK_HEALTH, NULL, why, size) == 0 &&
	    talk_hear(talk, &frame, why, size) == 0) {
		rv = ask_get_health(health, frame.body, frame.len);
		if (rv == -1)
			snprintf(why, size, "its answer cannot be read: is it "
			    "of another version?");
	}
	talk_close(talk);
	return rv;
}

static void
look_at_journal(struct visit *v, const struct ask_health *h)
{
	unsigned percent = h->journal_max == 0 ? 0 :
	    (unsigned)(h->journal_used * 100 / h->journal_max);
	char what[64];

	snprintf(what, sizeof(what), "journal takes calls, %u %% full",
	    percent);
	if (!h->is_journal_ok)
		report_bad(&v->report, "bridge", what,
		    "The journal takes no more: no call is accepted.",
		    "Make room on its disk, or raise journal_size in "
		    "bridge.conf and restart the bridge.");
	else if (percent >= NEARLY_FULL)
		report_bad(&v->report, "bridge", what,
		    "The journal is nearly full.",
		    "Raise journal_size in bridge.conf, or keep ended calls "
		    "for a shorter time.");
	else
		report_good(&v->report, "bridge", what);
	if (h->is_stopped)
		report_bad(&v->report, "bridge", "calls are switched on",
		    "The file that switches calls off exists, or the clock "
		    "stands behind the journal's.",
		    "Remove the file that stop_file in bridge.conf names, and "
		    "see that the clock is right; where it is, and has been "
		    "ahead, stop the bridge and run calloffer restored.");
	else
		report_good(&v->report, "bridge", "calls are switched on");
}

static void
look_at_bridge(struct visit *v)
{
	const char *address = facts_get(&v->bridge, "admin", 0);
	struct ask_health h;
	char what[300], why[512];
	size_t i;

	if (strcmp(v->place->socket, TALK_SOCKET) != 0 || address == NULL)
		address = v->place->socket;
	snprintf(what, sizeof(what), "answers at %s", address);
	if (ask_health(address, &h, why, sizeof(why)) == -1) {
		report_bad(&v->report, "bridge", what, why, NULL);
		return;
	}
	report_good(&v->report, "bridge", what);
	look_at_journal(v, &h);
	if (h.n_providers == 0)
		report_bad(&v->report, "provider", "there is one",
		    "The bridge has no provider: nothing can be rung.",
		    "Write a provider section into bridge.conf.");
	for (i = 0; i < h.n_providers && i < 8; i++) {
		snprintf(what, sizeof(what), "%s is ready",
		    h.provider[i].name);
		if (h.provider[i].is_ready)
			report_good(&v->report, "provider", what);
		else
			report_bad(&v->report, "provider", what,
			    *h.provider[i].detail == '\0' ?
			    "It is not ready, and the bridge does not know "
			    "why." : h.provider[i].detail, "See that it runs, "
			    "and that url, user, app and password_file in its "
			    "section of bridge.conf are right.");
	}
}

/* No fault, but better known before a customer complains. */
static void
look_at_warnings(struct visit *v)
{
	const char *name;
	char what[300];
	size_t i;

	for (i = 0; (name = facts_get(&v->bridge, "unheard", i)) != NULL;
	    i++) {
		snprintf(what, sizeof(what), "%s cannot warn that the money "
		    "of a call ends soon", name);
		report_left_out(&v->report, "provider", what);
	}
}

static void
sum_up(const struct report *r, const struct place *place)
{
	if (r->is_quiet && r->n_bad == 0 && r->n_good > 0)
		return;
	printf("\n");
	if (r->n_bad > 0)
		text_say(TEXT_BAD, "%u of %u to be mended", r->n_bad,
		    r->n_bad + r->n_good);
	else if (r->n_good > 0)
		text_say(TEXT_GOOD, "all %u are well", r->n_good);
	else
		text_say(TEXT_BAD, "no configuration in %s", place->confdir);
	printf("\n");
}

static int
check(const struct place *place, int is_quiet)
{
	struct visit v;
	const struct report *r = &v.report;

	memset(&v, 0, sizeof(v));
	v.place = place;
	v.report.is_quiet = is_quiet;
	facts_gather(&v.milter, "milter", place);
	facts_gather(&v.acceptd, "acceptd", place);
	facts_gather(&v.bridge, "bridge", place);
	look_at_configuration(&v, &v.milter);
	look_at_configuration(&v, &v.acceptd);
	look_at_configuration(&v, &v.bridge);
	look_at_table(&v);
	look_at_trust(&v, &v.acceptd);
	look_at_trust(&v, &v.bridge);
	look_at_seal(&v);
	look_at_grants(&v);
	look_at_scope(&v);
	look_at_url(&v, &v.acceptd);
	look_at_url(&v, &v.bridge);
	look_at_way(&v);
	look_at_doors(&v);
	if (v.bridge.is_here)
		look_at_bridge(&v);
	look_at_warnings(&v);
	facts_free(&v.milter);
	facts_free(&v.acceptd);
	facts_free(&v.bridge);
	sum_up(r, place);
	return r->n_bad == 0 && r->n_good > 0 ? EX_OK : 1;
}

static int
run(const struct place *place, int argc, char **argv)
{
	int ch, is_quiet = 0;

	while ((ch = getopt(argc, argv, "q")) != -1) {
		if (ch != 'q')
			return COMMAND_USAGE;
		is_quiet = 1;
	}
	if (argc != optind)
		return COMMAND_USAGE;
	return check(place, is_quiet);
}

const struct command check_command = {
	"check", "[-q]",
	"see whether all parts fit together",
	"Looks at the configurations as the daemons would, at keys, sockets,\n"
	"the table of offerors, the journal and the providers, and says on\n"
	"one line each whether it is well, and if not how to mend it.  Run it\n"
	"as root.  The exit status is 1 where something is wrong.\n\n"
	"  -q   tell only what is wrong\n",
	run
};

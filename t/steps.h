#ifndef T_STEPS_H
#define T_STEPS_H

/*
 * The call machine told step by step: what happens, what it does, in which
 * state it is then.
 */
#include <stdio.h>
#include <string.h>

#include "bridge-client/call/machine.h"

#include "t/machine.h"
#include "t/tap.h"

static const char letters[] = {
	[PROVIDER_PROBE] = '?', [PROVIDER_RING] = 'R', [PROVIDER_PLAY] = 'P',
	[PROVIDER_HUSH] = 'H', [PROVIDER_BRIDGE] = 'B', [PROVIDER_HANG] = 'X',
	[PROVIDER_UNBRIDGE] = 'U', [PROVIDER_FIND] = 'F'
};

static struct acceptance acc = {
	.uses = 1, .ring_s = 25, .confirm_s = 10, .max_s = 600, .n_routes = 1,
	.joins = { 1 },
	.a_lang = "en", .b_lang = "de"
};

/*
 * Steps: "event > actions > state".  Actions: a letter of the above and the
 * leg, PLAY with its prompts.  Events: "begin", "timer" (time goes on to when
 * the call is due), "cancel", "revoke", "resync", "restored"; an outcome
 * "done:RA", "refused:", "not:", "unknown:", of FIND "gone:FA", "ringing:FA",
 * "up:FA"; what is heard of a leg: "ringing:A" and the like.
 */
struct script {
	const char	*name;
	const char	*steps[40];
	const char	*end;
};

#define TO_ASKING_A \
	"begin > RA > starting", \
	"done:RA >  > ringing-a", \
	"ringing:A >  > ringing-a", \
	"answered:A > PA=a-offer,a-name,a-press > asking-a", \
	"done:PA >  > asking-a", \
	"spoken:A >  > asking-a"
#define TO_RINGING_B \
	TO_ASKING_A, \
	"key1:A > HA PA=a-wait RB > ringing-b", \
	"done:HA >  > ringing-b", \
	"done:PA >  > ringing-b", \
	"done:RB >  > ringing-b"
#define TO_ASKING_B \
	TO_RINGING_B, \
	"answered:B > PB=b-offer,b-reference,b-press > asking-b", \
	"done:PB >  > asking-b"
#define TO_TALKING \
	TO_ASKING_B, \
	"key1:B > HA HB BA > bridging", \
	"done:HA >  > bridging", \
	"done:HB >  > bridging", \
	"done:BA >  > talking"
#define UNBRIDGED \
	"done:UA >  > ended"

static int
find_word(const char *const *words, size_t n, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (words[i] != NULL && strlen(words[i]) == len &&
		    memcmp(words[i], word, len) == 0)
			return (int)i;
	return -1;
}
#define FIND_WORD(words, word, len) \
	find_word(words, sizeof(words) / sizeof(words[0]), word, len)

/* An outcome or what is heard of a leg: "done:RA", "busy:B". */
static int
read_leg_event(const char *word, size_t len, struct call_event *ev,
    struct provider_reply *reply, struct provider_event *pe)
{
	static const char *const outcomes[] = {
		[PROVIDER_DONE] = "done", [PROVIDER_REFUSED] = "refused",
		[PROVIDER_NOT] = "not", [PROVIDER_UNKNOWN] = "unknown"
	};
	static const char *const found[] = { "gone", "ringing", "up" };
	static const char *const kinds[] = {
		[EVENT_RINGING] = "ringing", [EVENT_ANSWERED] = "answered",
		[EVENT_SPOKEN] = "spoken"
	};
	static const char *const causes[] = { "left", "busy", "declined",
	    "no-answer", "unreachable", "network", "cancelled" };
	const char *leg = word + len + 1;
	const char *act;
	int i;

	if (leg[0] != '\0' && leg[1] != '\0' && leg[1] != ' ') {
		act = memchr(letters, leg[0], sizeof(letters));
		ev->kind = CALL_OUTCOME;
		ev->act = (enum provider_act)(act - letters);
		ev->leg = leg[1] == 'A' ? LEG_A : LEG_B;
		ev->reply = reply;
		if (len == 8 && memcmp(word, "doubtful", 8) == 0) {
			reply->outcome = PROVIDER_UNKNOWN;
			reply->may_repeat = 1;
			return 0;
		}
		if ((i = FIND_WORD(outcomes, word, len)) >= 0)
			reply->outcome = (enum provider_outcome)i;
		else if ((i = FIND_WORD(found, word, len)) >= 0)
			reply->found = (enum provider_found)i;
		return i;
	}
	ev->kind = CALL_PROVIDER;
	ev->provider = pe;
	pe->leg = leg[0] == 'A' ? LEG_A : LEG_B;
	if (len == 4 && memcmp(word, "key", 3) == 0) {
		pe->kind = EVENT_KEY;
		pe->key = word[3];
		return 0;
	}
	if (len == 6 && memcmp(word, "unrung", 6) == 0) {
		pe->kind = EVENT_GONE;
		pe->cause = CAUSE_FAILED;
		pe->is_unrung = 1;
		return 0;
	}
	if (len == 6 && memcmp(word, "failed", 6) == 0) {
		pe->kind = EVENT_SPOKEN;
		pe->cause = CAUSE_FAILED;
		return 0;
	}
	if ((i = FIND_WORD(causes, word, len)) >= 0) {
		pe->kind = EVENT_GONE;
		pe->cause = (enum provider_cause)i;
	} else if ((i = FIND_WORD(kinds, word, len)) >= 0) {
		pe->kind = (enum provider_event_kind)i;
	}
	return i;
}

static int
run_event(struct call *c, const char *text, struct call_actions *out)
{
	static const char *const plain[] = {
		[CALL_BEGIN] = "begin", [CALL_RESTORED] = "restored",
		[CALL_TIMER] = "timer", [CALL_CANCEL] = "cancel",
		[CALL_REVOKE] = "revoke", [CALL_RESYNC] = "resync"
	};
	struct provider_reply reply = { .outcome = PROVIDER_DONE };
	struct provider_event pe = { .kind = EVENT_NONE };
	struct call_event ev = { .kind = CALL_TIMER };
	size_t len = strcspn(text, ": ");
	int i;

	if (text[len] == ':') {
		if (read_leg_event(text, len, &ev, &reply, &pe) < 0)
			return -1;
	} else if (len == 4 && memcmp(text, "late", 4) == 0) {
		now_ms += 601000;
	} else {
		i = FIND_WORD(plain, text, len);
		if (i < 0)
			return -1;
		ev.kind = (enum call_event_kind)i;
		if (ev.kind == CALL_TIMER && call_due_ms(c) > now_ms)
			now_ms = call_due_ms(c);
		if (ev.kind == CALL_RESTORED)
			forget(c);
	}
	do_step(c, &ev, out);
	return 0;
}

static void
print_actions(const struct call_actions *a, char *dst, size_t size)
{
	size_t i, n = 0;

	dst[0] = '\0';
	for (i = 0; i < a->n; i++)
		n += (size_t)snprintf(dst + n, size - n, "%s%c%c%s%s",
		    i > 0 ? " " : "", letters[a->list[i].act],
		    a->list[i].leg == LEG_A ? 'A' : 'B',
		    a->list[i].prompt != NULL ? "=" : "",
		    a->list[i].prompt != NULL ? a->list[i].prompt : "");
}

static void
run_script(const struct script *s)
{
	struct call_actions out;
	char got[256], actions[200];
	struct call c;
	size_t i, len;

	now_ms = 1000000;
	call_init(&c, &acc);
	for (i = 0; i < 40 && s->steps[i] != NULL; i++) {
		if (run_event(&c, s->steps[i], &out) != 0) {
			ok(0, "%s: \"%s\" is no step", s->name, s->steps[i]);
			return;
		}
		print_actions(&out, actions, sizeof(actions));
		len = strcspn(s->steps[i], " ");
		snprintf(got, sizeof(got), "%.*s > %s > %s", (int)len,
		    s->steps[i], actions, call_state_word(c.state));
		if (strcmp(got, s->steps[i]) != 0) {
			is_str(got, s->steps[i], "%s: step %zu", s->name, i);
			return;
		}
	}
	is_str(ask_end_word(c.end), s->end != NULL ? s->end :
	    ask_end_word(ASK_END_NONE), "%s", s->name);
}

#endif

#ifndef ACCEPTD_LANG_H
#define ACCEPTD_LANG_H

#include <stddef.h>

#include "lib/ask.h"

/*
 * The words of the pages, in several languages.  A catalogue is a text file
 * CODE.lang, UTF-8, of lines
 *
 *	key = text		# at the start of a line: a comment
 *
 * A text may hold holes, "{name}", which the page fills.  Every key must be
 * there once, no other may, and a text has exactly the holes that its key
 * has (those of refusals, stages and ends: none but the ones they have); so a
 * catalogue that loads can be shown.
 */

/* The keys: X(ENUM, "key in the file", "holes it must have"). */
#define LANG_KEYS(X) \
	X(NAME, "language", "") \
	X(DIRECTION, "direction", "") \
	X(SWITCH, "switch", "") \
	X(SOMEONE, "someone", "") \
	X(LATER, "later", "") \
	X(MONTHS, "date.months", "") \
	X(DATE, "date.form", "day month year time zone") \
	X(ERROR, "error.prefix", "") \
	X(FOOT, "foot", "") \
	X(NOTICE, "notice", "") \
	X(OFFER_TITLE, "offer.title", "name") \
	X(OFFER_VERIFIED, "offer.verified", "") \
	X(OFFER_LEAD, "offer.lead", "name") \
	X(OFFER_LEAD_KNOWN, "offer.lead-known", "name") \
	X(OFFER_UNTIL, "offer.until", "") \
	X(OFFER_CALLER, "offer.caller", "") \
	X(OFFER_CALLER_NOTE, "offer.caller-note", "") \
	X(OFFER_COST, "offer.cost", "") \
	X(OFFER_FREE, "offer.free", "") \
	X(OFFER_NUMBER, "offer.number", "") \
	X(OFFER_NUMBER_HINT, "offer.number-hint", "country") \
	X(OFFER_DIGITS, "offer.digits", "") \
	X(OFFER_DIGITS_HINT, "offer.digits-hint", "name country") \
	X(OFFER_SUBMIT, "offer.submit", "") \
	X(OFFER_STEPS, "offer.steps", "") \
	X(OFFER_STEP_RING, "offer.step-ring", "") \
	X(OFFER_STEP_KEY, "offer.step-key", "") \
	X(OFFER_STEP_TALK, "offer.step-talk", "name") \
	X(OFFER_PRIVATE, "offer.private", "name") \
	X(OFFER_PRIVATE_KNOWN, "offer.private-known", "") \
	X(OFFER_EMERGENCY, "offer.emergency", "") \
	X(OFFER_SAVE, "offer.save", "") \
	X(HONEYPOT, "honeypot", "") \
	X(CONFIRM_TITLE, "confirm.title", "") \
	X(CONFIRM_LEAD, "confirm.lead", "") \
	X(CONFIRM_SUBMIT, "confirm.submit", "") \
	X(CONFIRM_CHANGE, "confirm.change", "") \
	X(RETRY_TITLE, "retry.title", "") \
	X(RETRY_LEAD, "retry.lead", "") \
	X(RETRY_SUBMIT, "retry.submit", "") \
	X(WRITE, "write", "name") \
	X(FORM_EMPTY, "form.empty", "") \
	X(FORM_DIGITS, "form.digits", "") \
	X(FORM_HONEYPOT, "form.honeypot", "") \
	X(FOUND_TITLE, "not-found.title", "") \
	X(FOUND_TEXT, "not-found.text", "") \
	X(METHOD_TITLE, "method.title", "") \
	X(METHOD_TEXT, "method.text", "") \
	X(FOREIGN_TITLE, "foreign.title", "") \
	X(FOREIGN_TEXT, "foreign.text", "") \
	X(BROKEN_TITLE, "broken.title", "") \
	X(BROKEN_TEXT, "broken.text", "") \
	X(WAY_TITLE, "way.title", "") \
	X(WAY_TEXT, "way.text", "payer") \
	X(WAY_UNTIL, "way.until", "") \
	X(WAY_SUBMIT, "way.submit", "payer") \
	X(WAY_PRIVATE, "way.private", "payer") \
	X(WAY_READY_TITLE, "way.ready.title", "payer") \
	X(WAY_READY_TEXT, "way.ready.text", "") \
	X(WAY_LINK, "way.link", "payer") \
	X(WAY_USED_TITLE, "way.used.title", "") \
	X(WAY_USED_TEXT, "way.used.text", "") \
	X(WAY_NONE_TITLE, "way.none.title", "") \
	X(WAY_NONE_TEXT, "way.none.text", "") \
	X(WAY_LATER_TITLE, "way.later.title", "payer") \
	X(WAY_LATER_TEXT, "way.later.text", "") \
	X(CALL_GONE_TITLE, "call.gone.title", "") \
	X(CALL_GONE_TEXT, "call.gone.text", "") \
	X(CALL_UNSEEN_TITLE, "call.unseen.title", "") \
	X(CALL_UNSEEN_TEXT, "call.unseen.text", "") \
	X(CALL_CALLER, "call.caller", "") \
	X(CALL_LASTS, "call.lasts", "") \
	X(CALL_TALKED, "call.talked", "duration") \
	X(CALL_CANCEL, "call.cancel", "") \
	X(CALL_HANGUP, "call.hangup", "") \
	X(CALL_RELOAD, "call.reload", "")

enum lang_key {
#define LANG_ENUM(id, name, holes) LANG_##id,
	LANG_KEYS(LANG_ENUM)
#undef LANG_ENUM
	LANG_PLAIN	/* how many; the families of texts follow */
};

/* refusal.WORD.title, .text, .todo; end.WORD...; stage.WORD.title, .text */
enum lang_part { LANG_TITLE, LANG_TEXT, LANG_TODO };

struct lang;

/* A catalogue out of its bytes.  NULL, and `why` says line and fault. */
struct lang *lang_parse(const char *code, const char *text, size_t len,
    char *why, size_t size);
void lang_free(struct lang *);

const char *lang_code(const struct lang *);	/* "en": the HTML lang */
const char *lang_get(const struct lang *, enum lang_key);
const char *lang_refusal(const struct lang *, enum ask_refusal,
    enum lang_part);
const char *lang_stage(const struct lang *, enum ask_stage, enum lang_part);
const char *lang_end(const struct lang *, enum ask_end, enum lang_part);
int lang_is_rtl(const struct lang *);
/* The month's name, 1..12. */
void lang_month(const struct lang *, int month, char *dst, size_t size);

/* All catalogues of a folder; "en" must be among them. */
struct lang_set;
struct lang_set *lang_load(const char *dir, char *why, size_t size);
/* Adds a catalogue, which is then the set's.  -1: twice the same, too many. */
int lang_add(struct lang_set *, struct lang *);
struct lang_set *lang_set_new(void);
void lang_set_free(struct lang_set *);
size_t lang_count(const struct lang_set *);
const struct lang *lang_at(const struct lang_set *, size_t);
const struct lang *lang_find(const struct lang_set *, const char *code);
/*
 * `wished` ("?lang=") when there is such a catalogue, else the best one by
 * Accept-Language (RFC 9110 12.5.4, RFC 4647 lookup), else `fallback` (the
 * offer's), else English.  Any may be NULL or "".
 */
const struct lang *lang_choose(const struct lang_set *, const char *wished,
    const char *accept_language, const char *fallback);

#endif

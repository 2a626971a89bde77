/* The site: what becomes of the bridge's answers. */

#include "t/site.h"

static struct buf body;

static const struct frame *
frame(void)
{
	static struct frame f;

	f.body = body.data;
	f.len = body.len;
	return &f;
}

static const struct frame *
offer(enum ask_refusal refusal, const char *known_region)
{
	struct ask_offer o = { 0 };

	o.refusal = (uint8_t)refusal;
	o.not_after = NOW + 60;
	o.opens_at = refusal == ASK_CLOSED ? NOW + 3600 : 0;
	snprintf(o.name, sizeof(o.name), "Alice Doe");
	snprintf(o.nonce, sizeof(o.nonce), "fresh");
	snprintf(o.known_region, sizeof(o.known_region), "%s", known_region);
	buf_clear(&body);
	ask_put_offer(&body, &o);
	return frame();
}

static const struct frame *
accepted_as(enum ask_refusal refusal, const char *secret)
{
	struct ask_accepted a = { 0 };

	a.refusal = (uint8_t)refusal;
	a.retry_at = refusal == ASK_TOO_MANY ? NOW + 600 : 0;
	snprintf(a.secret, sizeof(a.secret), "%s", secret);
	buf_clear(&body);
	ask_put_accepted(&body, &a);
	return frame();
}

static const struct frame *
accepted(enum ask_refusal refusal)
{
	return accepted_as(refusal, SECRET);
}

static const struct frame *
checked(enum ask_refusal refusal)
{
	struct ask_checked c = { 0 };

	c.refusal = (uint8_t)refusal;
	snprintf(c.number, sizeof(c.number), "+442079460123");
	snprintf(c.shown, sizeof(c.shown), "+44 20 7946 0123");
	snprintf(c.region, sizeof(c.region), "GB");
	buf_clear(&body);
	ask_put_checked(&body, &c);
	return frame();
}

static const struct frame *
status(enum ask_stage stage, enum ask_end end)
{
	struct ask_status s = { 0 };

	s.stage = (uint8_t)stage;
	s.end = (uint8_t)end;
	s.since = NOW - 5;
	buf_clear(&body);
	ask_put_status(&body, &s);
	return frame();
}

static enum visit_step
ask(struct visit *v, enum web_method method, const char *path,
    const char *text)
{
	struct web_request r;

	renew();
	visit_init(v);
	request(&r, method, path, text);
	return site_begin(&context, v, &r);
}

static int
is_field_refusal(int refusal)
{
	return refusal == ASK_NUMBER_BAD || refusal == ASK_NUMBER_DENIED ||
	    refusal == ASK_NUMBER_WRONG || refusal == ASK_NONCE_EARLY ||
	    refusal == ASK_NONCE_LATE || refusal == ASK_NONCE_BAD ||
	    refusal == ASK_CODE_WANTED || refusal == ASK_CODE_WRONG;
}

static void
test_looks(void)
{
	char want[64];
	struct visit v;
	int i;

	for (i = 1; i < ASK_REFUSALS; i++) {
		ask(&v, WEB_GET, "/o/" TOKEN, NULL);
		is_int(site_answer(&context, &v, offer(i, "")), VISIT_RESPOND,
		    "GET, %s: a page", ask_refusal_word(i));
		snprintf(want, sizeof(want), "data-page=\"%s\"",
		    ask_refusal_word(i));
		ok(says(&v, want), "GET, %s: its own", ask_refusal_word(i));
		ok(v.response.status >= 400, "GET, %s: status %d",
		    ask_refusal_word(i), v.response.status);
		ok(v.response.is_page && !says(&v, "<form"),
		    "GET, %s: protected, without form", ask_refusal_word(i));
		is_int(context.count.refused[i], 1, "GET, %s: counted",
		    ask_refusal_word(i));
		if (i == ASK_CLOSED)
			is_int(v.response.retry_after_s, 3600, "when");
		visit_free(&v);
	}
	ask(&v, WEB_GET, "/o/" TOKEN, NULL);
	site_answer(&context, &v, NULL);
	ok(v.response.status == 503 && says(&v, "data-page=\"unreachable\"") &&
	    v.response.retry_after_s > 0, "GET, no answer: says so");
	visit_free(&v);

	ask(&v, WEB_GET, "/o/" TOKEN, NULL);
	offer(ASK_OK, "");
	buf_u8(&body, 0);
	site_answer(&context, &v, frame());
	ok(v.response.status == 503 && v.is_garbled,
	    "GET, an answer that does not decode: ends the connection");
	visit_free(&v);

	ask(&v, WEB_GET, "/o/" TOKEN, NULL);
	site_answer(&context, &v, offer(ASK_OK, ""));
	ok(v.response.status == 200 && says(&v, "value=\"fresh\"") &&
	    says(&v, "name=\"number\""), "GET: the form with its nonce");
	is_str(v.response.lang, "en", "and its language");
	visit_free(&v);
	ask(&v, WEB_GET, "/o/" TOKEN, NULL);
	site_answer(&context, &v, offer(ASK_OK, "DE"));
	ok(says(&v, "name=\"digits\""), "GET, number known: asks for digits");
	visit_free(&v);
}

static void
test_accepts(void)
{
	struct ask_accept q;
	char want[64];
	struct visit v;
	int i, step;

	for (i = 1; i < ASK_REFUSALS; i++) {
		ask(&v, WEB_POST, "/o/" TOKEN,
		    "nonce=mine&number=%2B44+2079460123");
		step = site_answer(&context, &v, accepted(i));
		if (!is_field_refusal(i)) {
			is_int(step, VISIT_RESPOND, "POST, %s: a page",
			    ask_refusal_word(i));
			snprintf(want, sizeof(want), "data-page=\"%s\"",
			    ask_refusal_word(i));
			ok(says(&v, want) && v.response.status >= 400,
			    "POST, %s: its own", ask_refusal_word(i));
			if (i == ASK_TOO_MANY)
				is_int(v.response.retry_after_s, 600, "when");
			visit_free(&v);
			continue;
		}
		ok(step == VISIT_ASK && v.verb == ASK_LOOK,
		    "POST, %s: looks at the offer again", ask_refusal_word(i));
		site_answer(&context, &v, offer(ASK_OK, ""));
		is_int(v.response.status, 422, "POST, %s: the form again",
		    ask_refusal_word(i));
		ok(says(&v, "value=\"+44 2079460123\"") &&
		    says(&v, "id=\"word\""),
		    "POST, %s: the entry kept, with words",
		    ask_refusal_word(i));
		ok(says(&v, i == ASK_NONCE_LATE || i == ASK_NONCE_BAD ?
		    "value=\"fresh\"" : "value=\"mine\""),
		    "POST, %s: the nonce that is good", ask_refusal_word(i));
		is_int(says(&v, "name=\"code\""), i == ASK_CODE_WANTED ||
		    i == ASK_CODE_WRONG, "POST, %s: a field for a code",
		    ask_refusal_word(i));
		visit_free(&v);
	}

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=%2B44+20-7946.0123");
	is_int(ask_get_accept(&q, v.question.data, v.question.len), 0,
	    "what is asked");
	is_str(q.number, "+442079460123", "canonical");
	is_str(q.nonce, "mine", "with its nonce");
	is_str(q.token, TOKEN, "its token");
	is_str(q.client, "192.0.2.0/24", "its client");
	is_str(q.lang, "en", "its language");
	is_str(q.code, "", "no code");
	visit_free(&v);

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=%2B44+20-7946.0123"
	    "&code=" "123456789012345678901234567890123");
	ok(v.verb == ASK_LOOK, "a code that is too long is none");
	visit_free(&v);
	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=%2B44+20-7946.0123"
	    "&code=+%EF%BC%91%D9%A2%D9%A3%D9%A4+5678");
	is_int(ask_get_accept(&q, v.question.data, v.question.len), 0,
	    "with a code");
	is_str(q.code, "1234 5678", "in the digits of here");
	step = site_answer(&context, &v, accepted(ASK_OK));
	ok(step == VISIT_RESPOND && v.response.status == 303,
	    "accepted: sent on");
	is_str(v.response.location, "/c/" SECRET, "to the call");
	visit_free(&v);

	/* else it would be shown back for ever */
	ask(&v, WEB_POST, "/o/" TOKEN,
	    "nonce=mine&number=%2B44+2079460123%3Bext%3D42");
	is_int(v.verb, ASK_ACCEPT, "with the extension that was shown");
	is_int(ask_get_accept(&q, v.question.data, v.question.len), 0,
	    "what is asked");
	is_str(q.number, "+442079460123;ext=42", "the whole of it");
	visit_free(&v);

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=%2B44+20-7946.0123");
	site_answer(&context, &v, accepted_as(ASK_OK, SECRET "\r\nX: y"));
	ok(v.response.status == 503 && v.is_garbled &&
	    v.response.location[0] == '\0',
	    "a secret that is none goes into no header");
	visit_free(&v);

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&digits=123");
	v.is_sent = 1;
	site_answer(&context, &v, NULL);
	ok(v.response.status == 503 && says(&v, "name=\"digits\" value=\"123\"")
	    && says(&v, "value=\"mine\""),
	    "sent and not answered: the same once more");
	visit_free(&v);
	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&digits=123");
	site_answer(&context, &v, NULL);
	ok(v.response.status == 503 && !says(&v, "<form"),
	    "never sent: unreachable");
	visit_free(&v);
}

static void
test_checks(void)
{
	struct visit v;
	int step;

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=020+7946+0123");
	step = site_answer(&context, &v, checked(ASK_NUMBER_BAD));
	ok(step == VISIT_ASK && v.verb == ASK_LOOK, "not a number: look again");
	site_answer(&context, &v, offer(ASK_OK, ""));
	ok(v.response.status == 422 && says(&v, "value=\"020 7946 0123\""),
	    "the form again, as typed");
	visit_free(&v);

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=020+7946+0123");
	site_answer(&context, &v, checked(ASK_TOKEN_BAD));
	ok(says(&v, "data-page=\"token-bad\""), "refused for another reason");
	visit_free(&v);

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=020+7946+0123");
	step = site_answer(&context, &v, checked(ASK_OK));
	ok(step == VISIT_ASK && v.verb == ASK_LOOK, "a number: look");
	site_answer(&context, &v, offer(ASK_USED_UP, ""));
	ok(says(&v, "data-page=\"used-up\""), "used up meanwhile");
	visit_free(&v);

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=020+7946+0123");
	site_answer(&context, &v, checked(ASK_OK));
	site_answer(&context, &v, offer(ASK_OK, ""));
	ok(v.response.status == 200 && says(&v, "data-page=\"confirm\"") &&
	    says(&v, "+44 20 7946 0123") &&
	    says(&v, "name=\"number\" value=\"+442079460123\"") &&
	    says(&v, "value=\"mine\"") && !says(&v, "value=\"fresh\""),
	    "shown back in full, with the first nonce");
	visit_free(&v);

	ask(&v, WEB_POST, "/o/" TOKEN, "nonce=mine&number=020+7946+0123");
	site_answer(&context, &v, checked(ASK_OK));
	site_answer(&context, &v, offer(ASK_OK, "GB"));
	ok(v.response.status == 422 && says(&v, "name=\"digits\""),
	    "a number where digits are asked");
	visit_free(&v);
}

static void
test_calls(void)
{
	struct visit v;

	ask(&v, WEB_GET, "/c/" SECRET, NULL);
	site_answer(&context, &v, status(ASK_STAGE_NONE, 0));
	ok(v.response.status == 404 && says(&v, "call-gone"), "no such call");
	visit_free(&v);
	ask(&v, WEB_GET, "/c/" SECRET, NULL);
	site_answer(&context, &v, NULL);
	ok(v.response.status == 503 && says(&v, "call-unseen") &&
	    says(&v, "http-equiv=\"refresh\"") &&
	    says(&v, "href=\"/c/" SECRET "\"") &&
	    !says(&v, "No telephone has been rung"),
	    "no answer: it looks again, and denies no call");
	visit_free(&v);
	ask(&v, WEB_POST, "/c/" SECRET "/hangup", "");
	site_answer(&context, &v, NULL);
	ok(v.response.status == 303, "nobody to hang up: back to its page");
	is_str(v.response.location, "/c/" SECRET, "to try again");
	visit_free(&v);
	ask(&v, WEB_GET, "/c/" SECRET, NULL);
	site_answer(&context, &v, status(ASK_STAGE_TALKING, 0));
	ok(v.response.status == 200 && says(&v, "data-stage=\"talking\""),
	    "a call");
	visit_free(&v);
	ask(&v, WEB_POST, "/c/" SECRET "/hangup", "");
	site_answer(&context, &v, status(ASK_STAGE_ENDED, ASK_END_CANCELLED));
	ok(v.response.status == 303, "hung up: back to its page");
	is_str(v.response.location, "/c/" SECRET, "which is this");
	visit_free(&v);
}

static void
test_hooks(void)
{
	static char headers[9000];
	struct ask_hooked a = { 0 };
	struct web_request r;
	struct ask_hook q;
	struct visit v;

	request(&r, WEB_POST, "/hook/asterisk/a%20b", "{\"x\":1}");
	r.query = "y=2";
	r.headers = "content-type: text/plain\nx-signature: abc\n";
	visit_init(&v);
	is_int(site_begin(&context, &v, &r), VISIT_ASK, "a hook is passed on");
	is_int(ask_get_hook(&q, v.question.data, v.question.len), 0, "whole");
	is_str(q.provider, "asterisk", "its provider");
	is_str(q.path, "/hook/asterisk/a%20b?y=2", "its path, as it came");
	is_str(q.headers, r.headers, "its headers");
	is_int(q.body_len, 7, "its body");
	a.status = 202;
	snprintf(a.type, sizeof(a.type), "text/xml");
	a.body = (const unsigned char *)"<a/>";
	a.body_len = 4;
	buf_clear(&body);
	ask_put_hooked(&body, &a);
	site_answer(&context, &v, frame());
	ok(v.response.status == 202 && !v.response.is_page, "answered");
	is_str(v.response.foreign_type, "text/xml", "with its type");
	is_str(buf_cstr(&v.response.body), "<a/>", "and its body");
	visit_free(&v);

	visit_init(&v);
	site_begin(&context, &v, &r);
	site_answer(&context, &v, NULL);
	is_int(v.response.status, 503, "a hook without answer");
	visit_free(&v);
	visit_init(&v);
	memset(headers, 'x', sizeof(headers) - 1);
	r.headers = headers;
	site_begin(&context, &v, &r);
	is_int(v.response.status, 431, "headers over the ceiling");
	visit_free(&v);
	is_int(site_body_max(WEB_POST, "/hook/a"), ASK_HOOK_MAX, "its body");
	is_int(site_body_max(WEB_POST, "/o/x"), 8192, "a form's");
	is_int(site_body_max(WEB_GET, "/o/x"), 0, "none with GET");
	is_int(site_body_max(WEB_POST, "/c/x"), 0, "none where there is none");
}

static void
test_languages(void)
{
	struct web_request r;
	struct visit v;

	renew();
	visit_init(&v);
	request(&r, WEB_POST, "/o/" TOKEN, "nonce=n&digits=123");
	r.query = "x=1&lang=en";
	site_begin(&context, &v, &r);
	site_answer(&context, &v, accepted(ASK_OK));
	is_str(v.response.location, "/c/" SECRET "?lang=en",
	    "a language that was wished stays");
	visit_free(&v);
	visit_init(&v);
	r.query = "lang=%22%3E";
	site_begin(&context, &v, &r);
	site_answer(&context, &v, accepted(ASK_OK));
	is_str(v.response.location, "/c/" SECRET, "what is none does not");
	visit_free(&v);
}

int
main(void)
{
	if (!site_open())
		return tap_done();
	buf_init(&body, FRAME_MAX);
	test_looks();
	test_accepts();
	test_checks();
	test_calls();
	test_hooks();
	test_languages();
	buf_free(&body);
	site_close();
	return tap_done();
}

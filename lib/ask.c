/*
 * What acceptd and admin ask of the bridge: one table per body, read by the
 * encoder and the decoder alike, so that the two cannot drift apart.
 */

#include <string.h>

#include "lib/buf.h"
#include "lib/pack.h"

#include "lib/ask.h"

#define MEMBER(s, m)	offsetof(struct s, m), sizeof(((struct s *)0)->m)
#define F_SMALL(s, m, min, max)	{ PACK_SMALL, MEMBER(s, m), min, max, 0, NULL }
#define F_FLAG(s, m)	F_SMALL(s, m, 0, 1)
#define F_ENUM(s, m, n)	F_SMALL(s, m, 0, (n) - 1)
#define F_U16(s, m)	{ PACK_U16, MEMBER(s, m), 0, 0, 0, NULL }
#define F_U32(s, m)	{ PACK_U32, MEMBER(s, m), 0, 0, 0, NULL }
#define F_U64(s, m)	{ PACK_U64, MEMBER(s, m), 0, 0, 0, NULL }
#define F_STRING(s, m)	{ PACK_STRING, MEMBER(s, m), 0, 0, 0, NULL }
#define F_FIXED(s, m)	{ PACK_FIXED, MEMBER(s, m), 0, 0, 0, NULL }
#define F_NUMBER(s, m)	{ PACK_NUMBER, MEMBER(s, m), 0, 0, 0, NULL }
#define F_BLOB(s, m, n, max) \
	{ PACK_BLOB, MEMBER(s, m), 0, max, offsetof(struct s, n), NULL }
#define F_LIST(s, m, n, fields) \
	{ PACK_LIST, offsetof(struct s, m), sizeof(((struct s *)0)->m[0]), 0, \
	    sizeof(((struct s *)0)->m) / sizeof(((struct s *)0)->m[0]), \
	    offsetof(struct s, n), fields }
#define F_END		{ PACK_END, 0, 0, 0, 0, 0, NULL }

static const struct pack_field look_fields[] = {
	F_STRING(ask_look, token),
	F_STRING(ask_look, client),
	F_END
};
static const struct pack_field offer_fields[] = {
	F_ENUM(ask_offer, refusal, ASK_REFUSALS),
	F_STRING(ask_offer, name),
	F_STRING(ask_offer, address),
	F_U64(ask_offer, not_after),
	F_U64(ask_offer, opens_at),
	F_STRING(ask_offer, caller),
	F_STRING(ask_offer, region),
	F_STRING(ask_offer, known_region),
	F_STRING(ask_offer, price),
	F_STRING(ask_offer, lang),
	F_STRING(ask_offer, nonce),
	F_END
};
static const struct pack_field check_fields[] = {
	F_STRING(ask_check, token),
	F_STRING(ask_check, number),
	F_STRING(ask_check, region),
	F_END
};
static const struct pack_field checked_fields[] = {
	F_ENUM(ask_checked, refusal, ASK_REFUSALS),
	F_STRING(ask_checked, number),
	F_STRING(ask_checked, shown),
	F_STRING(ask_checked, region),
	F_END
};
static const struct pack_field accept_fields[] = {
	F_STRING(ask_accept, token),
	F_STRING(ask_accept, nonce),
	F_STRING(ask_accept, number),
	F_STRING(ask_accept, client),
	F_STRING(ask_accept, lang),
	F_STRING(ask_accept, code),
	F_END
};
static const struct pack_field accepted_fields[] = {
	F_ENUM(ask_accepted, refusal, ASK_REFUSALS),
	F_STRING(ask_accepted, secret),
	F_U64(ask_accepted, retry_at),
	F_FIXED(ask_accepted, call),
	F_END
};
static const struct pack_field watch_fields[] = {
	F_STRING(ask_watch, secret),
	F_FLAG(ask_watch, is_subscription),
	F_END
};
static const struct pack_field status_fields[] = {
	F_ENUM(ask_status, stage, ASK_STAGES),
	F_ENUM(ask_status, end, ASK_ENDS),
	F_U64(ask_status, since),
	F_U64(ask_status, talk_s),
	F_STRING(ask_status, name),
	F_STRING(ask_status, caller),
	F_STRING(ask_status, lang),
	F_END
};
static const struct pack_field hook_fields[] = {
	F_STRING(ask_hook, provider),
	F_STRING(ask_hook, method),
	F_STRING(ask_hook, path),
	F_STRING(ask_hook, headers),
	F_BLOB(ask_hook, body, body_len, ASK_HOOK_MAX),
	F_END
};
static const struct pack_field hooked_fields[] = {
	F_U16(ask_hooked, status),
	F_STRING(ask_hooked, type),
	F_BLOB(ask_hooked, body, body_len, ASK_HOOK_MAX),
	F_END
};
static const struct pack_field list_fields[] = {
	F_U64(ask_list, since),
	F_U32(ask_list, most),
	F_FLAG(ask_list, is_open_only),
	F_FIXED(ask_list, offer),
	F_END
};
static const struct pack_field call_fields[] = {
	F_FIXED(ask_call, call),
	F_FIXED(ask_call, offer),
	F_ENUM(ask_call, stage, ASK_STAGES),
	F_ENUM(ask_call, end, ASK_ENDS),
	F_U64(ask_call, accepted_at),
	F_U64(ask_call, key_at),
	F_U64(ask_call, talk_at),
	F_U64(ask_call, ended_at),
	F_STRING(ask_call, account),
	F_STRING(ask_call, offeror),
	F_STRING(ask_call, a),
	F_STRING(ask_call, b),
	F_STRING(ask_call, provider),
	F_STRING(ask_call, detail),
	F_STRING(ask_call, price_a),
	F_STRING(ask_call, price_b),
	F_END
};
static const struct pack_field revoke_fields[] = {
	F_SMALL(ask_revoke, by, ASK_BY_OFFER, ASK_BY_SENDER),
	F_FIXED(ask_revoke, offer),
	F_FIXED(ask_revoke, tag),
	F_STRING(ask_revoke, sender),
	F_FLAG(ask_revoke, is_hangup),
	F_END
};
static const struct pack_field revoked_fields[] = {
	F_ENUM(ask_revoked, refusal, ASK_REFUSALS),
	F_U32(ask_revoked, n_hung_up),
	F_END
};
static const struct pack_field test_fields[] = {
	F_STRING(ask_test, account),
	F_NUMBER(ask_test, a),
	F_NUMBER(ask_test, b),
	F_END
};
static const struct pack_field provider_fields[] = {
	F_STRING(ask_health_provider, name),
	F_FLAG(ask_health_provider, is_ready),
	F_STRING(ask_health_provider, detail),
	F_END
};
static const struct pack_field health_fields[] = {
	F_FLAG(ask_health, is_journal_ok),
	F_FLAG(ask_health, is_stopped),
	F_U32(ask_health, n_open_calls),
	F_U64(ask_health, journal_used),
	F_U64(ask_health, journal_max),
	F_LIST(ask_health, provider, n_providers, provider_fields),
	F_END
};

static const struct pack_field erase_fields[] = {
	F_SMALL(ask_erase, by, ASK_ERASE_NUMBER, ASK_ERASE_DAY),
	F_NUMBER(ask_erase, number),
	F_FIXED(ask_erase, offer),
	F_U64(ask_erase, day),
	F_END
};
static const struct pack_field erased_fields[] = {
	F_ENUM(ask_erased, refusal, ASK_REFUSALS),
	F_FLAG(ask_erased, is_more),
	F_U32(ask_erased, n_calls),
	F_U32(ask_erased, n_open),
	F_END
};
static const struct pack_field topup_fields[] = {
	F_FIXED(ask_topup, id),
	F_STRING(ask_topup, account),
	F_U64(ask_topup, amount),
	F_STRING(ask_topup, note),
	F_END
};
static const struct pack_field topped_fields[] = {
	F_ENUM(ask_topped, refusal, ASK_REFUSALS),
	F_FLAG(ask_topped, is_again),
	F_STRING(ask_topped, currency),
	F_U64(ask_topped, available),
	F_END
};
static const struct pack_field account_fields[] = {
	F_STRING(ask_account, name),
	F_STRING(ask_account, currency),
	F_U64(ask_account, debits),
	F_U64(ask_account, credits),
	F_U64(ask_account, debits_held),
	F_U64(ask_account, credits_held),
	F_END
};
static const struct pack_field entries_fields[] = {
	F_U64(ask_entries, from),
	F_U32(ask_entries, most),
	F_END
};
static const struct pack_field entry_fields[] = {
	F_U64(ask_entry, number),
	F_U64(ask_entry, at),
	F_STRING(ask_entry, kind),
	F_FIXED(ask_entry, id),
	F_STRING(ask_entry, debit),
	F_STRING(ask_entry, credit),
	F_STRING(ask_entry, currency),
	F_U64(ask_entry, amount),
	F_U64(ask_entry, held),
	F_STRING(ask_entry, note),
	F_END
};
static const struct pack_field means_fields[] = {
	F_STRING(ask_means, secret),
	F_FLAG(ask_means, is_wanted),
	F_END
};
static const struct pack_field way_fields[] = {
	F_ENUM(ask_way, state, ASK_WAYS),
	F_STRING(ask_way, payer),
	F_STRING(ask_way, url),
	F_STRING(ask_way, lang),
	F_U64(ask_way, until),
	F_END
};
static const struct pack_field invite_fields[] = {
	F_STRING(ask_invite, account),
	F_STRING(ask_invite, address),
	F_STRING(ask_invite, lang),
	F_FLAG(ask_invite, is_shown),
	F_END
};
static const struct pack_field invited_fields[] = {
	F_ENUM(ask_invited, outcome, ASK_INVITE_OUTCOMES),
	F_U64(ask_invited, until),
	F_STRING(ask_invited, link),
	F_END
};
static const struct pack_field bound_fields[] = {
	F_STRING(ask_bound, account),
	F_FLAG(ask_bound, is_forget),
	F_END
};
static const struct pack_field binding_fields[] = {
	F_ENUM(ask_binding, outcome, ASK_INVITE_OUTCOMES),
	F_FLAG(ask_binding, is_bound),
	F_U64(ask_binding, at),
	F_STRING(ask_binding, payer),
	F_STRING(ask_binding, address),
	F_END
};

#define CODEC(what) \
void \
ask_put_##what(struct buf *b, const struct ask_##what *in) \
{ \
	pack_put(b, what##_fields, in); \
} \
int \
ask_get_##what(struct ask_##what *out, const void *body, size_t len) \
{ \
	const struct pack_body from = { body, len }; \
 \
	return pack_get(what##_fields, out, sizeof(*out), &from); \
}

CODEC(look)
CODEC(offer)
CODEC(check)
CODEC(checked)
CODEC(accept)
CODEC(accepted)
CODEC(watch)
CODEC(status)
CODEC(hook)
CODEC(hooked)
CODEC(list)
CODEC(call)
CODEC(revoke)
CODEC(revoked)
CODEC(test)
CODEC(health)
CODEC(erase)
CODEC(erased)
CODEC(topup)
CODEC(topped)
CODEC(account)
CODEC(entries)
CODEC(entry)
CODEC(means)
CODEC(way)
CODEC(invite)
CODEC(invited)
CODEC(bound)
CODEC(binding)

static const char *
word(const char *const *words, size_t n, unsigned i)
{
	return i < n ? words[i] : "unknown";
}

const char *
ask_refusal_word(enum ask_refusal refusal)
{
	static const char *const words[ASK_REFUSALS] = {
		[ASK_OK] = "ok",
		[ASK_TOKEN_BAD] = "token-bad",
		[ASK_EXPIRED] = "expired",
		[ASK_USED_UP] = "used-up",
		[ASK_REVOKED] = "revoked",
		[ASK_CLOSED] = "closed",
		[ASK_IN_CALL] = "in-call",
		[ASK_NUMBER_BAD] = "number-bad",
		[ASK_NUMBER_DENIED] = "number-denied",
		[ASK_NUMBER_WRONG] = "number-wrong",
		[ASK_TOO_MANY] = "too-many",
		[ASK_NONCE_EARLY] = "nonce-early",
		[ASK_NONCE_LATE] = "nonce-late",
		[ASK_NONCE_BAD] = "nonce-bad",
		[ASK_STOPPED] = "stopped",
		[ASK_NO_PROVIDER] = "no-provider",
		[ASK_STORE_FULL] = "store-full",
		[ASK_UNREACHABLE] = "unreachable",
		[ASK_UNPAID] = "unpaid",
		[ASK_CODE_WANTED] = "code-wanted",
		[ASK_CODE_WRONG] = "code-wrong"
	};

	return word(words, ASK_REFUSALS, refusal);
}

const char *
ask_stage_word(enum ask_stage stage)
{
	static const char *const words[ASK_STAGES] = {
		[ASK_STAGE_NONE] = "none",
		[ASK_STAGE_STARTING] = "starting",
		[ASK_STAGE_RINGING_A] = "ringing-a",
		[ASK_STAGE_ASKING_A] = "asking-a",
		[ASK_STAGE_RINGING_B] = "ringing-b",
		[ASK_STAGE_ASKING_B] = "asking-b",
		[ASK_STAGE_TALKING] = "talking",
		[ASK_STAGE_ENDED] = "ended"
	};

	return word(words, ASK_STAGES, stage);
}

const char *
ask_end_word(enum ask_end end)
{
	static const char *const words[ASK_ENDS] = {
		[ASK_END_NONE] = "none",
		[ASK_END_TALKED] = "talked",
		[ASK_END_A_NO_ANSWER] = "a-no-answer",
		[ASK_END_A_BUSY] = "a-busy",
		[ASK_END_A_DECLINED] = "a-declined",
		[ASK_END_A_NO_KEY] = "a-no-key",
		[ASK_END_A_BLOCKED] = "a-blocked",
		[ASK_END_A_UNREACHABLE] = "a-unreachable",
		[ASK_END_A_LEFT] = "a-left",
		[ASK_END_B_NO_ANSWER] = "b-no-answer",
		[ASK_END_B_BUSY] = "b-busy",
		[ASK_END_B_DECLINED] = "b-declined",
		[ASK_END_B_NO_KEY] = "b-no-key",
		[ASK_END_B_UNREACHABLE] = "b-unreachable",
		[ASK_END_CANCELLED] = "cancelled",
		[ASK_END_REVOKED] = "revoked",
		[ASK_END_PROVIDER] = "provider",
		[ASK_END_UNKNOWN] = "unknown",
		[ASK_END_UNPAID] = "unpaid"
	};

	return word(words, ASK_ENDS, end);
}

#include <string.h>

#include "lib/conf.h"

#include "bridge-client/contract/contract.h"
#include "bridge-client/contract/contract_payer.h"

#include "bridge-client/contract/contract_change.h"

static int
differs(const struct conf_list *a, const struct conf_list *b)
{
	size_t i;

	if (a->n != b->n)
		return 1;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->item[i], b->item[i]) != 0)
			return 1;
	return 0;
}

static int
socket_differs(const struct contract_socket *a, const struct contract_socket *b)
{
	return strcmp(a->path, b->path) != 0 || a->mode != b->mode ||
	    strcmp(a->group, b->group) != 0;
}

static int
providers_differ(const struct contract *a, const struct contract *b)
{
	const struct contract_provider *p, *q;
	size_t i;

	if (a->provider_sections.n != b->provider_sections.n)
		return 1;
	for (i = 0; i < a->provider_sections.n; i++) {
		p = contract_provider_at(a, i);
		q = contract_provider_at(b, i);
		if (strcmp(p->name, q->name) != 0 ||
		    strcmp(p->kind, q->kind) != 0 ||
		    strcmp(p->url, q->url) != 0 ||
		    strcmp(p->user, q->user) != 0 ||
		    strcmp(p->password_file, q->password_file) != 0 ||
		    strcmp(p->app, q->app) != 0 ||
		    strcmp(p->trunk_pstn, q->trunk_pstn) != 0 ||
		    strcmp(p->trunk_sip, q->trunk_sip) != 0 ||
		    strcmp(p->prompts, q->prompts) != 0 ||
		    strcmp(p->public_key, q->public_key) != 0 ||
		    strcmp(p->hook_secret_file, q->hook_secret_file) != 0 ||
		    strcmp(p->ca_file, q->ca_file) != 0 ||
		    p->connect_s != q->connect_s ||
		    p->is_erasing != q->is_erasing ||
		    p->calls_per_s != q->calls_per_s)
			return 1;
	}
	return 0;
}

/* Where offers had no such cap, what their calls have cost is not kept for
 * longer than a day: it is read from the journal at the next start. */
static int
offers_become_capped(const struct contract *was, const struct contract *now)
{
	const struct contract_account *a, *b;
	size_t i;

	for (i = 0; i < was->account_sections.n; i++) {
		a = was->account_sections.section[i].data;
		b = contract_account(now, a->name);
		if (b != NULL && a->spend_offer == 0 && b->spend_offer > 0)
			return 1;
	}
	return 0;
}

const char *
contract_change_needs_restart(const struct contract *was,
    const struct contract *now)
{
	if (strcmp(was->public_url, now->public_url) != 0)
		return "public";
	if (strcmp(was->user, now->user) != 0)
		return "user";
	if (strcmp(was->group, now->group) != 0)
		return "group";
	if (strcmp(was->journal, now->journal) != 0)
		return "journal";
	if (was->journal_size != now->journal_size)
		return "journal_size";
	if (was->keep_s != now->keep_s)
		return "keep";
	if (strcmp(was->day_keys, now->day_keys) != 0)
		return "day_keys";
	if (was->keep_numbers_s != now->keep_numbers_s)
		return "keep_numbers";
	if (strcmp(was->smtp, now->smtp) != 0 ||
	    strcmp(was->smtp_from, now->smtp_from) != 0 ||
	    strcmp(was->smtp_user, now->smtp_user) != 0 ||
	    strcmp(was->smtp_password_file, now->smtp_password_file) != 0 ||
	    strcmp(was->smtp_ca_file, now->smtp_ca_file) != 0)
		return "smtp";
	if (strcmp(was->metrics, now->metrics) != 0)
		return "metrics";
	if (strcmp(was->names, now->names) != 0)
		return "names";
	if (strcmp(was->mac_file, now->mac_file) != 0)
		return "mac_key";
	if (differs(&was->unseal_keys, &now->unseal_keys))
		return "unseal_keys";
	if (socket_differs(&was->face, &now->face))
		return "face";
	if (socket_differs(&was->admin, &now->admin))
		return "admin";
	if (contract_payer_differs(&was->payer_sections, &now->payer_sections))
		return "payer";
	if (offers_become_capped(was, now))
		return "spend_per_offer";
	return providers_differ(was, now) ? "provider" : NULL;
}

#include <stdlib.h>
#include <string.h>

#include "bridge-client/call/world.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/contract/contract_payer.h"
#include "bridge-client/net/rest.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/payer/bank.h"

struct bank {
	size_t			 n;
	struct payer_conf	 conf[CONTRACT_PAYERS_MAX];
	struct world_payer	 payer[CONTRACT_PAYERS_MAX];
	struct rest_account	*account[CONTRACT_PAYERS_MAX];
};

static const struct payer *
find_kind(const char *name)
{
	size_t i;

	for (i = 0; payer_all[i] != NULL; i++)
		if (strcmp(payer_all[i]->name, name) == 0)
			return payer_all[i];
	return NULL;
}

static void
fill(struct payer_conf *conf, const struct contract_payer *p)
{
	memset(conf, 0, sizeof(*conf));
	conf->name = p->name;
	conf->url = p->url;
	conf->secret = p->secret;
	conf->hook_secret = p->hook_secret;
}

/* NULL, or who of the account's cannot let a call go on for longer than was
 * settled when it began. */
static const char *
who_cannot(const struct contract *c, const struct contract_account *a)
{
	const struct contract_provider *p;
	const struct provider *kind;
	const struct payer *payer;
	size_t i;

	for (i = 0; i < c->payer_sections.n; i++) {
		payer = find_kind(((const struct contract_payer *)
		    c->payer_sections.section[i].data)->kind);
		if (strcmp(c->payer_sections.section[i].title, a->payer) ==
		    0 && !payer->can_raise)
			return a->payer;
	}
	for (i = 0; i < a->providers.n; i++) {
		p = contract_provider(c, a->providers.item[i]);
		kind = provider_kind(p->kind);
		if (kind != NULL && !kind->can_extend)
			return p->name;
	}
	return NULL;
}

/* What accounts ask of their payers and providers step by step. */
static int
check_growing(const struct contract *c, const struct contract_place *at)
{
	const struct conf_sections *s = &c->account_sections;
	const struct contract_account *a;
	const char *who;
	size_t i;

	for (i = 0; i < s->n; i++) {
		a = s->section[i].data;
		who = a->hold_s != 0 ? who_cannot(c, a) : NULL;
		if (who != NULL)
			return contract_wrong(at, a->line, "hold_for", "%s "
			    "cannot let a call that goes on have more time",
			    who);
	}
	return 0;
}

int
bank_check(const struct contract *c, const struct contract_place *at)
{
	const struct conf_sections *s = &c->payer_sections;
	const struct contract_payer *p;
	const struct payer *kind;
	struct payer_conf conf;
	const char *wrong;
	size_t i;

	for (i = 0; i < s->n; i++) {
		p = s->section[i].data;
		kind = find_kind(p->kind);
		if (kind == NULL)
			return contract_wrong(at, p->line, "kind",
			    "there is no such kind of payer: %s", p->kind);
		fill(&conf, p);
		wrong = kind->check(&conf);
		if (wrong != NULL)
			return contract_wrong(at, p->line, "payer", "%s: %s",
			    p->name, wrong);
	}
	return check_growing(c, at);
}

struct bank *
bank_open(struct rest *rest, const struct contract *c)
{
	const struct conf_sections *s = &c->payer_sections;
	struct bank *b = calloc(1, sizeof(*b));
	struct rest_account_conf account;
	const struct contract_payer *p;

	if (b == NULL)
		return NULL;
	for (; b->n < s->n; b->n++) {
		p = s->section[b->n].data;
		fill(&b->conf[b->n], p);
		b->payer[b->n].kind = find_kind(p->kind);
		b->payer[b->n].conf = &b->conf[b->n];
		memset(&account, 0, sizeof(account));
		account.password = p->secret;
		account.ca_file = p->ca_file[0] != '\0' ? p->ca_file : NULL;
		account.connect_ms = (int)p->connect_s * 1000;
		b->account[b->n] = rest_account_new(rest, &account);
		if (b->account[b->n] == NULL) {
			bank_close(b);
			return NULL;
		}
	}
	return b;
}

static int
pay(void *ctx, size_t payer, const struct request *r, world_done_fn *fn,
    void *done_ctx)
{
	struct bank *b = ctx;

	return rest_send(b->account[payer], r, fn, done_ctx);
}

void
bank_world(struct bank *b, struct world *out)
{
	out->n_payers = b->n;
	out->payer = b->payer;
	out->pay_ctx = b;
	out->pay = pay;
}

void
bank_close(struct bank *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < b->n; i++)
		rest_account_free(b->account[i]);
	free(b);
}

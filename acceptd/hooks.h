#ifndef ACCEPTD_HOOKS_H
#define ACCEPTD_HOOKS_H

#include <stddef.h>

#include "acceptd/visit.h"

struct frame;
struct web_request;

/*
 * /hook/PROVIDER/...: a provider's callback, passed on unopened.  Who may send
 * it, and what is answered, is the bridge's affair.
 */
#define HOOKS_BODY_MAX ASK_HOOK_MAX

enum visit_step hooks_post(struct visit *, const struct web_request *);
enum visit_step hooks_answer(struct visit *, const struct frame *);

#endif

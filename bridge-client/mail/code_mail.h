#ifndef BRIDGE_MAIL_CODE_MAIL_H
#define BRIDGE_MAIL_CODE_MAIL_H

#include <stdint.h>

struct acceptance;
struct contract;
struct loop;

/*
 * The mails that carry codes (bridge-client/guard/code): to who got the offer,
 * by the mail server of the notices, once each.  What the server does not take
 * is logged and not sent again: who wants a code may ask for another.
 */
struct code_mail;

/* The contract, whose smtp is not "", is borrowed.  NULL: out of memory. */
struct code_mail *code_mail_open(struct loop *, const struct contract *);
void code_mail_close(struct code_mail *);

/* Of this offer, about A's number; the language is the offer's.  0, or -1: it
 * cannot be sent. */
int code_mail_send(struct code_mail *, const struct acceptance *,
    const char *code) __attribute__((warn_unused_result));

#endif

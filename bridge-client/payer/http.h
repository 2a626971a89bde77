#ifndef BRIDGE_PAYER_HTTP_H
#define BRIDGE_PAYER_HTTP_H

#include "bridge-client/payer.h"

/*
 * Any independent party who speaks this small contract; calloffer-payer(7)
 * has it in full, etc/payer/ a server that fulfils it.
 *
 *	PUT    URL/holds/CALL		{"account", "customer", "currency",
 *					 "amount", "call"}
 *	POST   URL/holds/CALL/capture	{"amount", "currency"}
 *	DELETE URL/holds/CALL
 *	GET    URL/holds/CALL
 *
 * Each answer is {"state": STATE}: gone, held, taken, free, refused.  Every
 * request is signed.
 */
extern const struct payer payer_http;

#endif

#ifndef BRIDGE_PAYER_HTTP_H
#define BRIDGE_PAYER_HTTP_H

#include "bridge-client/payer/payer.h"

/*
 * Any independent party who speaks this small contract; calloffer-payer(7)
 * has it in full, etc/payer/ a server that fulfils it.
 *
 *	PUT    URL/holds/CALL		{"amount", "currency", "account",
 *					 "customer"}
 *	POST   URL/holds/CALL/capture	{"amount", "currency"}
 *	POST   URL/holds/CALL/raise	likewise
 *	DELETE URL/holds/CALL
 *	GET    URL/holds/CALL
 *
 *	PUT    URL/pages/ID		{"account", "customer", "address",
 *					 "back"}
 *	GET    URL/pages/ID
 *
 * Each answer is {"state": STATE}: gone, held, taken, free, refused; of a page
 * open (with its url), left (with the customer), over.  Every request is
 * signed, and so are his to us, POST /hook/NAME.
 */
extern const struct payer payer_http;

#endif

/*
 * A filter that looks at the header and lets every message pass as it is:
 * the least that a filter pays which must read headers.  It answers no step
 * but the end of the header.
 *
 *	peer_accept SOCKET
 */

#include <err.h>
#include <stdlib.h>

#include <libmilter/mfapi.h>

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
    unsigned long f2, unsigned long f3, unsigned long *pf0,
    unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	(void)ctx;
	(void)f0;
	(void)f2;
	(void)f3;
	*pf0 = 0;
	*pf1 = f1 & (SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NODATA |
	    SMFIP_NOBODY | SMFIP_NOUNKNOWN | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
	    SMFIP_NR_HDR | SMFIP_HDR_LEADSPC);
	*pf2 = *pf3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_mail(SMFICTX *ctx, char **argv)
{
	(void)ctx;
	(void)argv;
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return SMFIS_NOREPLY;
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_ACCEPT;
}

static const struct smfiDesc hooks = {
	.xxfi_name = (char[]){ "accept" },
	.xxfi_version = SMFI_VERSION,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_mail,
	.xxfi_header = on_header,
	.xxfi_eoh = on_eoh,
	.xxfi_negotiate = on_negotiate,
};

int
main(int argc, char **argv)
{
	if (argc != 2)
		errx(64, "usage: peer_accept SOCKET");
	if (smfi_register(hooks) != MI_SUCCESS ||
	    smfi_setconn(argv[1]) != MI_SUCCESS)
		errx(1, "libmilter does not start");
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}

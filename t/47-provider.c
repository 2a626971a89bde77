/* What the files in provider/ have in common. */

#include "bridge-client/provider.h"

#include "t/tap.h"

#define ID	"000102030405060708090a0b0c0d0e0f"

static void
test_common(void)
{
	unsigned char call[PROVIDER_CALL_BYTES];
	char text[64];

	provider_plain(text, sizeof(text), "a\n\xc3\xa9 123 +44 20 79460123");
	is_str(text, "a??? 123 +44 20 ...", "text for people");
	provider_plain(text, 8, "abcdefghijklm");
	is_str(text, "abcd", "cut where it does not fit");
	is_int(provider_read_id(ID, 32, call), 0, "an id");
	ok(call[0] == 0 && call[10] == 10 && call[15] == 15, "its bytes");
	is_int(provider_read_id(ID, 31, call), -1, "too short an id");
	is_int(provider_read_id("g" ID, 32, call), -1, "no digit");
	provider_read_id(ID, 32, call);
	provider_put_id(call, text);
	is_str(text, ID, "and written again");
	is_int(provider_cause_of(486, 0), CAUSE_BUSY, "by SIP's status");
	is_int(provider_cause_of(0, 17), CAUSE_BUSY, "by Q.850's cause");
	is_int(provider_cause_of(403, 21), CAUSE_FAILED,
	    "SIP's status is more exact");
	is_int(provider_cause_of(0, 0), CAUSE_FAILED, "no cause at all");
}

int
main(void)
{
	test_common();
	return tap_done();
}

#include <string.h>
#include <time.h>

#include "lib/scan.h"

#include "bridge-client/contract/contract_date.h"

static int
digits(const char *p, size_t n, int min, int max, int *out)
{
	uint64_t v;

	if (scan_uint(p, n, (uint64_t)max, &v) == -1 || v < (uint64_t)min)
		return -1;
	*out = (int)v;
	return 0;
}

int
contract_date_read(const char *v, int64_t *out)
{
	struct tm tm = { .tm_isdst = 0 };
	size_t n = strlen(v);
	int year;

	if (n != 10 && n != 20)
		return -1;
	if (digits(v, 4, 1970, 9999, &year) == -1 || v[4] != '-' ||
	    digits(v + 5, 2, 1, 12, &tm.tm_mon) == -1 || v[7] != '-' ||
	    digits(v + 8, 2, 1, 31, &tm.tm_mday) == -1)
		return -1;
	if (n == 20 && (v[10] != 'T' || v[13] != ':' || v[16] != ':' ||
	    v[19] != 'Z' ||
	    digits(v + 11, 2, 0, 23, &tm.tm_hour) == -1 ||
	    digits(v + 14, 2, 0, 59, &tm.tm_min) == -1 ||
	    digits(v + 17, 2, 0, 59, &tm.tm_sec) == -1))
		return -1;
	tm.tm_year = year - 1900;
	tm.tm_mon--;
	*out = timegm(&tm);
	return 0;
}

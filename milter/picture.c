/*
 * The part with the icon, and where it goes.
 */

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"

#include "milter/icon.h"
#include "milter/leaf.h"
#include "milter/splice.h"

#include "milter/picture.h"

#define PART_MAX (2 * ICON_FILE_MAX + 2048)

void
picture_plan(struct picture *p, const struct icon *icon,
    const struct leaf *leaf, size_t n)
{
	const struct leaf *html = NULL;
	size_t i;

	memset(p, 0, sizeof(*p));
	p->icon = icon;
	for (i = 0; icon != NULL && i < n; i++) {
		if (!leaf[i].is_html)
			continue;
		if (html != NULL)
			return;		/* two of them: which one is shown? */
		html = &leaf[i];
	}
	if (html != NULL && !html->is_open && (html->seam > 0 ||
	    html->can_be_wrapped))
		p->leaf = html;
}

void
picture_name(struct picture *p, const unsigned char offer[TOKEN_OFFER_BYTES],
    const char *base_url)
{
	char uuid[TOKEN_UUID_SIZE];
	const char *host = strstr(base_url, "//");

	if (p->leaf == NULL)
		return;
	token_uuid_text(offer, uuid);
	host = host != NULL ? host + 2 : base_url;
	host += *host == '[';
	snprintf(p->boundary, sizeof(p->boundary), "%s%s", LEAF_BOUNDARY,
	    uuid);
	snprintf(p->cid, sizeof(p->cid), "icon.%s@%.*s", uuid,
	    (int)strcspn(host, host[-1] == '[' ? "]/" : ":/"), host);
	p->image.cid = p->cid;
	p->image.width = p->icon->width;
	p->image.height = p->icon->height;
}

const struct button_image *
picture_on(const struct picture *p, const struct leaf *leaf)
{
	return p->leaf == leaf ? &p->image : NULL;
}

/* From its delimiter to its last line's end. */
static void
put_part(struct buf *out, const struct picture *p, const char *boundary)
{
	buf_str(out, "--");
	buf_str(out, boundary);
	buf_str(out, "\r\nContent-Type: image/png\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-ID: <");
	buf_str(out, p->cid);
	buf_str(out, ">\r\n"
	    "Content-Disposition: inline; filename=\"telephone.png\"\r\n\r\n");
	buf_put(out, p->icon->base64, p->icon->len);
}

/* Before the delimiter that follows the root of its multipart/related. */
static int
join(struct picture *p, struct splice *s)
{
	struct buf out;
	int rc = -1;

	p->is_waiting = 0;
	buf_init(&out, PART_MAX);
	put_part(&out, p, p->leaf->seam_boundary);
	if (buf_ok(&out))
		rc = splice_add(s, p->leaf->seam, 0, out.data, out.len);
	buf_free(&out);
	return rc;
}

/* The new part begins, and in it the old one. */
static int
open_wrap(struct picture *p, struct splice *s)
{
	struct buf out;
	int rc = -1;

	buf_init(&out, PART_MAX);
	buf_str(&out, "Content-Type: multipart/related; type=\"text/html\";"
	    "\r\n\tboundary=\"");
	buf_str(&out, p->boundary);
	buf_str(&out, "\"\r\n");
	if (p->leaf->is_8bit)	/* RFC 2045, 6.4 */
		buf_str(&out, "Content-Transfer-Encoding: 8bit\r\n");
	buf_str(&out, "\r\n--");
	buf_str(&out, p->boundary);
	buf_str(&out, "\r\n");
	if (buf_ok(&out))
		rc = splice_add(s, p->leaf->head, 0, out.data, out.len);
	buf_free(&out);
	return rc;
}

static int
close_wrap(struct picture *p, struct splice *s)
{
	struct buf out;
	int rc = -1;

	buf_init(&out, PART_MAX);
	buf_str(&out, "\r\n");
	put_part(&out, p, p->boundary);
	buf_str(&out, "--");
	buf_str(&out, p->boundary);
	buf_str(&out, "--");
	if (buf_ok(&out))
		rc = splice_add(s, p->leaf->end, 0, out.data, out.len);
	buf_free(&out);
	return rc;
}

int
picture_before(struct picture *p, const struct leaf *leaf, struct splice *s)
{
	if (p->is_waiting && (leaf == NULL || p->leaf->seam <= leaf->head))
		return join(p, s);
	if (p->leaf != leaf || leaf == NULL || leaf->seam > 0)
		return 0;
	return open_wrap(p, s);
}

int
picture_behind(struct picture *p, const struct leaf *leaf, struct splice *s)
{
	if (leaf == NULL)
		return picture_before(p, NULL, s);
	if (p->leaf != leaf)
		return 0;
	if (leaf->seam == 0)
		return close_wrap(p, s);
	p->is_waiting = 1;
	return 0;
}

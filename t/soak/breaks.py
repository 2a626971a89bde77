#!/usr/bin/python3
"""The milter, broken on purpose, each time in another place: t/27-corpus and
t/27-hooks must see every break.  Takes some minutes; not in `make check`, where
t/27-checker shows that the checker can fail.

	t/soak/breaks.py [WORD...]	those whose names hold one of the words

A break is a patch to a copy of the sources: the file below milter/, what is
there exactly once, and what is put in its place.
"""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, ROOT + "/t")
from tap import check, finish  # noqa: E402

BREAKS = [
    ("signed entered", "mime.c",
     "fail(m, REASON_SIGNED);\n"
     "\telse if (strcmp(kind, \"encrypted\")",
     "push(m, MIME_MIXED);\n"
     "\telse if (strcmp(kind, \"encrypted\")"),
    ("report entered", "mime.c",
     "fail(m, REASON_REPORT);",
     "push(m, MIME_MIXED);"),
    ("no empty line before", "graft.c",
     "if (!g->spot.has_gap_before)",
     "if (0)"),
    ("no empty line behind", "graft.c",
     "if (!g->spot.has_gap_after)",
     "if (0)"),
    ("midline ignored", "graft.c",
     "if (g->spot.is_midline)",
     "if (0)"),
    ("soft break at the end ignored", "codec.c",
     "if (is_dangling)",
     "if (0)"),
    ("base64 not aligned", "codec.c",
     "return t->codec == CODEC_BASE64 && at / 3 * 3 + 3 < t->len ? 3 : 1;",
     "(void)t; (void)at; return 1;"),
    ("base64 quantum before is lost", "codec.c",
     "base64_put(&line, t->text + first, at - first);",
     ""),
    ("wide written as ASCII", "charset.c",
     "put_wide(set, b, text, n);",
     "{ struct charset x = *set; x.unit = 1; x.is_big = 0; put_wide(&x, b, "
     "text, n); }"),
    ("iso-2022 state ignored", "charset.c",
     "return s.g0_is_ascii && !s.is_out ? 0 : -1;",
     "return 0;"),
    ("utf-16 big end", "charset.c",
     "c[set->is_big ? set->unit - 1 : 0]",
     "c[0]"),
    ("unknown charset taken", "charset.c",
     "\treturn -1;\n"
     "}\n"
     "\n"
     "static int\n"
     "flatten_wide",
     "\t*set = names[0].set;\n"
     "\treturn 0;\n"
     "}\n"
     "\n"
     "static int\n"
     "flatten_wide"),
    ("comments not known", "html.c",
     "if (left >= 4 && memcmp(p, \"<!--\", 4) == 0) {",
     "if (0) {"),
    ("scripts not known", "html.c",
     "raw[] = { \"script\", \"style\",",
     "raw[] = { \"style\","),
    ("textareas not known", "html.c",
     "\"textarea\", \"xmp\"",
     "\"xmp\""),
    ("first </body>", "html.c",
     "\tif (is_body)\n",
     "\tif (is_body && r->body_end == NOWHERE)\n"),
    ("marks not known", "html.c",
     "} else if (tag_is_mark(t)) {",
     "} else if (0) {"),
    ("Thunderbird's attribution not known", "html.c",
     "if (tag_is_prefix(t))",
     "if (0)"),
    ("attributions not known in HTML", "html.c",
     "r->line_place != NOWHERE ? r->line_place : r->line",
     "t->at"),
    ("delimiters not known in HTML", "html.c",
     "if (r->break_at != NOWHERE && is_delimiter(r, from, to)) {",
     "if (0 && is_delimiter(r, from, to)) {"),
    ("last marks not known", "html.c",
     "if (tag_is_final(t)) {",
     "if (0) {"),
    ("what is hidden not known", "html.c",
     "(tag_is_hidden(t) && !tag_is_empty(t))",
     "0"),
    ("cells not known", "cell.c",
     "return c->depth == 0 ||",
     "return 1 || c->depth == 0 ||"),
    ("broken HTML taken", "html.c",
     "if (r.at < len && take_markup(&r) != 0)\n"
     "\t\t\treturn HTML_BROKEN;",
     "if (r.at < len && take_markup(&r) != 0)\n"
     "\t\t\tbreak;"),
    ("signature not known", "plain.c",
     "return (trimmed(t, l) == 2 && begins(t, l, \"--\")) ||",
     "return"),
    ("quotes not known", "plain.c",
     "if (quote == NOWHERE)\n"
     "\t\t\t\tquote = at;",
     "(void)at;"),
    ("attributions not known", "plain.c",
     "end = above_attribution(&t, quote);",
     "{ end = quote; (void)above_attribution; }"),
    ("titles not known", "plain.c",
     "is_dashed_title(t, l);",
     "(0 && is_dashed_title(t, l));"),
    ("PGP not known", "plain.c",
     "if (p[at] == '-' && is_pgp(&t, &l))",
     "if (0 && is_pgp(&t, &l))"),
    ("field stays where skipped", "message.c",
     "return conclude(m, m->is_changed || m->mail.n_offers > 0 ?\n"
     "\t    MESSAGE_EDIT",
     "return conclude(m, m->is_changed ?\n"
     "\t    MESSAGE_EDIT"),
    ("deletions ascend", "message.c",
     "d->index = (int)(m->count[which] - i);",
     "d->index = (int)i + 1;"),
    ("lengths stay", "message.c",
     "if (which != DOOMED_OFFER && !m->is_changed)",
     "if (which != DOOMED_OFFER)"),
    ("digest stays", "graft.c",
     "if (g->leaf->digest_len > 0 &&",
     "if (0 &&"),
    ("a byte of the body is lost", "splice.c",
     "piece->len = stop - c->at;",
     "piece->len = stop - c->at - (stop == body_len && stop - c->at > 5);"),
    ("line break before boundary taken", "mime.c",
     "l->end = line - l->at >= m->eol ? line - m->eol : l->at;",
     "l->end = line;"),
    ("boundary prefix matches", "mime.c",
     "if (len != n && !*is_close)\n"
     "\t\t\tcontinue;",
     ""),
    ("boundary is not trimmed", "mime.c",
     "\twhile (len > 0 && scan_is_space(p[len - 1]))\n"
     "\t\tlen--;\n"
     "\tfor (i = m->depth",
     "\tfor (i = m->depth"),
    ("outer boundaries not seen", "mime.c",
     "for (i = m->depth; i-- > 0;) {",
     "for (i = m->depth; i-- > (m->depth > 0 ? m->depth - 1 : 0);) {"),
    ("same boundary taken", "mime.c",
     "if (strcmp(m->level[i].boundary, t->boundary) == 0) {",
     "if (0) {"),
    ("depth unlimited", "mime.c",
     "if (m->depth == m->depth_max || m->depth == MIME_DEPTH_MAX) {",
     "if (m->depth == MIME_DEPTH_MAX) {"),
    ("parts unlimited", "mime.c",
     "if (++m->n_parts > m->parts_max)",
     "if (0)"),
    ("all texts of mixed", "mime.c",
     "\tcase MIME_MIXED:\n"
     "\t\treturn !l->is_found;",
     "\tcase MIME_MIXED:\n"
     "\t\treturn 1;"),
    ("only the first alternative", "mime.c",
     "\tcase MIME_ALTERNATIVE:\n"
     "\t\treturn 1;",
     "\tcase MIME_ALTERNATIVE:\n"
     "\t\treturn !l->is_found;"),
    ("all of related", "mime.c",
     "return l->start[0] != '\\0' ? !l->is_found : l->n_children == 0;",
     "return 1;"),
    ("files taken", "mime.c",
     "if (!m->head.is_file && !m->head.type.has_name)",
     "if (1)"),
    ("answers taken", "mime.c",
     "ctype_is(t, \"text\", \"calendar\") && is_answer(t)",
     "0 && is_answer(t)"),
    ("ambiguous taken", "mime.c",
     "if (h->is_ambiguous)",
     "if (0)"),
    ("opaque taken", "mime.c",
     "else if (is_pkcs7(t))",
     "else if (0 && is_pkcs7(t))"),
    ("open text end", "mime.c",
     "\telse if (m->in_leaf || m->state == MIME_HEAD)\n"
     "\t\tfail(m, REASON_BOUNDARY);\t/* text without an end */",
     "\telse if (m->in_leaf) m->leaf[m->n_leaves-1].end = m->at;"),
    ("two tokens", "message.c",
     "\t\tused = strlen(m->parts);",
     "\t\tif (i == 0 && n > 1) { (void)mint(m, &token); snprintf(url, sizeo"
     "f(url), \"%s/o/%s\", m->site->set.base_url, token.text); }\n"
     "\t\tused = strlen(m->parts);"),
    ("half an alternative", "message.c",
     "\treturn r;\n}\n\nstatic enum reason\nmint",
     "\tif (r != REASON_NONE && *n > 1)\n"
     "\t\tm->mime.n_leaves = --*n;\n"
     "\treturn *n > 0 ? REASON_NONE : r;\n"
     "}\n\nstatic enum reason\nmint"),
    ("an escape without an end", "charset.c",
     "if (n == 0)\n\t\t\t\treturn -1;",
     "if (n == 0)\n\t\t\t\tn = 1;"),
    ("a byte of the spool is lost", "spool.c",
     "put_file(s, p + n, len - n)",
     "put_file(s, p, len - n)"),
    ("bare LF in the text", "button.c",
     "\tbuf_str(out, b->url);\n"
     "\tbuf_str(out, \"\\r\\n\");\n"
     "}",
     "\tbuf_str(out, b->url);\n"
     "\tbuf_str(out, \"\\n\");\n"
     "}"),
    ("link twice in the text", "button.c",
     "\tbuf_str(out, b->url);\n"
     "\tbuf_str(out, \"\\r\\n\");\n"
     "}",
     "\tbuf_str(out, b->url);\n"
     "\tbuf_str(out, \"\\r\\n\");\n"
     "\tbuf_str(out, b->url);\n"
     "\tbuf_str(out, \"\\r\\n\");\n"
     "}"),
    ("block not closed", "button.c",
     "buf_str(out, \"</div></div>\\r\\n\");",
     "buf_str(out, \"</div>\\r\\n\");"),
    ("name not escaped", "button.c",
     "strchr(\"<>&\\\"'\", p[n]) == NULL; n++)",
     "1; n++)"),
    ("name cut", "button.c",
     "put_escaped(out, b->name);",
     "put_escaped(out, b->name + 1);"),
    ("button is not ASCII", "button.c",
     "if (*p >= 0x80)",
     "if (0 && read_utf8(&p))"),
    ("long encoded lines", "codec.c",
     "#define LINE_MAX_LEN 76",
     "#define LINE_MAX_LEN 1200"),
    ("risky line starts", "codec.c",
     "return p[0] == '.' || p[0] == '-' ||",
     "return p[0] == '.' ||"),
    ("lists taken", "policy.c",
     "if (m->is_list && !q->set->offers_lists)",
     "if (0)"),
    ("resent taken", "policy.c",
     "if (m->is_resent)",
     "if (0)"),
    ("dkim taken", "policy.c",
     "if (mail->is_dkim && !set->offers_dkim)",
     "if (0)"),
    ("half characters", "charset.c",
     "if (s.is_half && p[i] <= ' ')\n"
     "\t\t\treturn -1;",
     ""),
    ("empty text not ended", "graft.c",
     "if (g->leaf->is_open && out.len >= 2",
     "if (0 && out.len >= 2"),
    ("size ignored", "message.c",
     "if (len > (size_t)m->site->set.max_text)",
     "if (0)"),
    ("uuencode taken", "codec.c",
     "\telse\n"
     "\t\treturn -1;\n"
     "\treturn 0;\n"
     "}\n"
     "\n"
     "static int\n"
     "hex",
     "\telse\n"
     "\t\t*codec = CODEC_PLAIN;\n"
     "\treturn 0;\n"
     "}\n"
     "\n"
     "static int\n"
     "hex"),
    ("bad base64 taken", "codec.c",
     "else if (v < 0 || n_pad > 0)\n"
     "\t\t\treturn -1;",
     "else if (v < 0 || n_pad > 0)\n"
     "\t\t\tcontinue;"),
    ("body before fields", "hooks.c",
     "\tfor (i = 0; message_deletion(m, i, &d); i++) {",
     "\tif (send_body(ctx, m) != 0)\n"
     "\t\treturn -1;\n"
     "\tfor (i = 0; message_deletion(m, i, &d); i++) {"),
    ("start= not known", "mime.c",
     "if (l->kind != MIME_RELATED || l->start[0] == '\\0')",
     "if (1)"),
    ("control bytes in text", "button.c",
     "buf_str(out, w != NULL ? w->text : languages[0].text);",
     "buf_str(out, \" \"); buf_str(out, w != NULL ? w->text : languages[0]."
     "text);"),
]


class Copy:
    """The sources, to be broken."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="calloffer-breaks-")
        self.build = self.dir + "/b"
        for name in ("lib", "milter", "admin", "t", "etc", "GNUmakefile"):
            subprocess.run(["cp", "-r", ROOT + "/" + name, self.dir],
                           check=True)

    def make(self):
        """None, or what the compiler says."""
        r = subprocess.run(
            ["make", "-s", "B=" + self.build, self.build + "/calloffer-milter",
             self.build + "/calloffer"], cwd=self.dir, capture_output=True,
            text=True)
        return r.stderr if r.returncode else None

    def is_seen(self):
        for test in ("27-corpus", "27-hooks"):
            r = subprocess.run(
                ["t/%s.py" % test], cwd=self.dir, capture_output=True,
                env=dict(os.environ, B=self.build, FIRST="1"))
            if r.returncode:
                return True
        return False


def once(copy, name, path, there, instead):
    path = copy.dir + "/milter/" + path
    with open(path, encoding="utf-8") as f:
        good = f.read()
    bad = []
    if good.count(there) != 1:
        bad.append("%d times in %s: %r" % (good.count(there), path, there))
    else:
        with open(path, "w", encoding="utf-8") as f:
            f.write(good.replace(there, instead))
        said = copy.make()
        if said is not None:
            bad += ["it does not compile:"] + said.splitlines()[:5]
        elif not copy.is_seen():
            bad.append("nobody sees it")
        with open(path, "w", encoding="utf-8") as f:
            f.write(good)
    check(bad, name)


def main():
    copy = Copy()
    try:
        said = copy.make()
        check([said] if said else ["seen"] if copy.is_seen() else [],
              "unbroken: nothing is seen")
        for name, *patch in BREAKS:
            if not sys.argv[1:] or any(w in name for w in sys.argv[1:]):
                once(copy, name, *patch)
    finally:
        shutil.rmtree(copy.dir)
    finish()


main()

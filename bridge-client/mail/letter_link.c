#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/token.h"

#include "bridge-client/mail/mail.h"
#include "bridge-client/payer/means.h"

#include "bridge-client/mail/letter_link.h"

/* The words of one language; two where a bank has asked for it. */
static const struct words {
	char		 lang[3];
	int		 is_rtl;
	const char	*subject[2], *why[2];	/* %s: the account */
	const char	*what;			/* %s: who is paid */
	const char	*until, *doubt, *foot;
} catalogue[] = {
	{ .lang = "en",
	    .subject = {
		"Leave a way to pay for your calls",
		"Your bank wants to hear from you" },
	    .why = {
		"You offer calls by email, and they are paid for by an account "
		"of this service: %s.",
		"A call that you offered by email could not be placed: your "
		"bank wants you to confirm yourself that this account may be "
		"charged: %s." },
	    .what =
		"Open this page. It takes you to %s, where you leave a card; "
		"nothing of it passes through us.",
	    .until = "The link can be used once, until %s.",
	    .doubt = "If you did not expect this email, do nothing.",
	    .foot =
		"This email was sent by a machine; nobody reads replies to "
		"it." },
	{ .lang = "de",
	    .subject = {
		"Hinterlegen Sie, womit Ihre Anrufe bezahlt werden",
		"Ihre Bank braucht Ihre Bestätigung" },
	    .why = {
		"Sie bieten per E-Mail Anrufe an; bezahlt werden sie über ein "
		"Konto dieses Dienstes: %s.",
		"Ein Anruf, den Sie per E-Mail angeboten haben, kam nicht "
		"zustande: Ihre Bank will von Ihnen selbst hören, dass dieses "
		"Konto belastet werden darf: %s." },
	    .what =
		"Öffnen Sie diese Seite. Sie führt Sie zu %s, wo Sie eine "
		"Karte hinterlegen; nichts davon läuft über uns.",
	    .until = "Der Link gilt einmal, bis %s.",
	    .doubt =
		"Wenn Sie diese E-Mail nicht erwartet haben, tun Sie nichts.",
	    .foot =
		"Diese E-Mail kommt von einer Maschine; niemand liest "
		"Antworten." },
	{ .lang = "es",
	    .subject = {
		"Indique cómo se pagan sus llamadas",
		"Su banco necesita su confirmación" },
	    .why = {
		"Usted ofrece llamadas por correo, y se pagan con una cuenta "
		"de este servicio: %s.",
		"Una llamada que usted ofreció por correo no se pudo hacer: "
		"su banco quiere que usted mismo confirme que se puede cobrar "
		"a esta cuenta: %s." },
	    .what =
		"Abra esta página. Le lleva a %s, donde deja una tarjeta; "
		"nada de ella pasa por nosotros.",
	    .until = "El enlace sirve una vez, hasta %s.",
	    .doubt = "Si no esperaba este correo, no haga nada.",
	    .foot = "Este correo es automático; nadie lee las respuestas." },
	{ .lang = "fr",
	    .subject = {
		"Indiquez comment vos appels sont payés",
		"Votre banque attend votre confirmation" },
	    .why = {
		"Vous proposez des appels par courriel ; ils sont payés par "
		"un compte de ce service : %s.",
		"Un appel que vous avez proposé par courriel n'a pas pu être "
		"passé : votre banque veut que vous confirmiez vous-même que "
		"ce compte peut être débité : %s." },
	    .what =
		"Ouvrez cette page. Elle vous mène chez %s, où vous laissez "
		"une carte ; rien n'en passe par nous.",
	    .until = "Le lien sert une fois, jusqu'au %s.",
	    .doubt = "Si vous n'attendiez pas ce message, ne faites rien.",
	    .foot =
		"Ce message est automatique ; personne ne lit les réponses." },
	{ .lang = "ja",
	    .subject = {
		"通話料金のお支払い方法をご登録ください",
		"銀行がご本人の確認を求めています" },
	    .why = {
		"メールでご提供の通話は、当サービスの次の口座から支払"
		"われます：%s",
		"メールでご提供の通話をおつなぎできませんでした。銀行"
		"が、次の口座への請求をご本人に確認するよう求めていま"
		"す：%s" },
	    .what = "次のページを開いてください。%s のページでカードを登録します。カードの情報は当サービスを通りません。",
	    .until = "このリンクは %s まで、一度だけ使えます。",
	    .doubt = "お心当たりのない場合は、何もなさらないでください。",
	    .foot = "このメールは自動で送信されています。返信は読まれません。" },
	{ .lang = "ar", .is_rtl = 1,
	    .subject = {
		"سجّل وسيلة لدفع ثمن مكالماتك",
		"يريد مصرفك تأكيدًا منك" },
	    .why = {
		"أنت تعرض مكالمات بالبريد، ويُدفع ثمنها من حساب في هذه "
		"الخدمة: %s.",
		"تعذّر إجراء مكالمة عرضتها بالبريد: يريد مصرفك أن تؤكد بنفسك "
		"أنه يجوز الخصم من هذا الحساب: %s." },
	    .what =
		"افتح هذه الصفحة. تنقلك إلى %s حيث تترك بطاقة، ولا يمر بنا "
		"شيء منها.",
	    .until = "يُستخدم الرابط مرة واحدة، حتى %s.",
	    .doubt = "إن لم تكن تنتظر هذه الرسالة فلا تفعل شيئًا.",
	    .foot = "هذه رسالة آلية، ولا يقرأ أحد الردود عليها." },
};
#define N_LANGUAGES (sizeof(catalogue) / sizeof(catalogue[0]))

static const struct words *
words_in(const char *lang)
{
	size_t i;

	for (i = 0; i < N_LANGUAGES; i++)
		if (strcmp(catalogue[i].lang, lang) == 0)
			return &catalogue[i];
	return &catalogue[0];
}

static void
put_text(struct buf *b, const struct letter_link *l, const struct words *w)
{
	time_t t = (time_t)l->link->until;
	char until[64];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(until, sizeof(until), "%Y-%m-%d %H:%M UTC", &tm);
	mail_said(b, w->is_rtl, w->why[l->is_bank], l->link->account);
	mail_line(b, "");
	mail_said(b, w->is_rtl, w->what, l->payer);
	mail_line(b, "");
	mail_line(b, l->url);
	mail_line(b, "");
	mail_said(b, w->is_rtl, w->until, until);
	mail_line(b, w->doubt);
	mail_line(b, "");
	mail_line(b, w->foot);
}

int
letter_link_put(struct buf *b, const struct letter_link *l)
{
	const struct words *w = words_in(l->link->lang);
	char id[TOKEN_UUID_SIZE];
	const struct mail_head head = { .from = l->from,
		.to = l->link->address, .subject = w->subject[l->is_bank],
		.id = id, .lang = w->lang, .now = l->now };

	if (!mail_is_address(l->link->address) || !mail_is_address(l->from))
		return -1;
	token_uuid_text(l->link->id, id);
	mail_begin(b, &head);
	put_text(b, l, w);
	return buf_ok(b) ? 0 : -1;
}

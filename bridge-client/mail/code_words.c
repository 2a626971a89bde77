#include <string.h>

#include "bridge-client/mail/code_words.h"

static const struct code_words catalogue[] = {
	{ .lang = "en",
	    .subject = "Code for a call offer that you got by mail",
	    .lead = "You got a mail with a call offer from: %s",
	    .number = "Now somebody wants to use it with this number: %s",
	    .why = "Another number has used it before.",
	    .code = "If you agree, give him this code: %s",
	    .how = "It is good once, and for 15 minutes.  If you do not, do "
		"nothing: nobody will be called.",
	    .foot = "This mail was made by a machine; nobody reads answers "
		"to it." },
	{ .lang = "de",
	    .subject = "Code für ein Anrufangebot, das Sie per Mail bekamen",
	    .lead = "Sie bekamen eine Mail mit einem Anrufangebot von: %s",
	    .number = "Nun möchte es jemand mit dieser Nummer nutzen: %s",
	    .why = "Eine andere Nummer hat es schon genutzt.",
	    .code = "Wenn Sie einverstanden sind, geben Sie ihm diesen "
		"Code: %s",
	    .how = "Er gilt einmal und 15 Minuten lang.  Wenn nicht, tun Sie "
		"nichts: niemand wird angerufen.",
	    .foot = "Diese Mail kommt von einer Maschine; niemand liest "
		"Antworten." },
	{ .lang = "es",
	    .subject = "Código para una oferta de llamada que recibió",
	    .lead = "Usted recibió un correo con una oferta de llamada "
		"de: %s",
	    .number = "Ahora alguien quiere usarla con este número: %s",
	    .why = "Otro número ya la ha usado.",
	    .code = "Si está de acuerdo, dele este código: %s",
	    .how = "Sirve una vez y durante 15 minutos.  Si no, no haga "
		"nada: no se llamará a nadie.",
	    .foot = "Este correo es automático; nadie lee las respuestas." },
	{ .lang = "fr",
	    .subject = "Code pour une offre d'appel reçue par courriel",
	    .lead = "Vous avez reçu un message avec une offre d'appel "
		"de : %s",
	    .number = "Quelqu'un veut maintenant l'utiliser avec ce "
		"numéro : %s",
	    .why = "Un autre numéro s'en est déjà servi.",
	    .code = "Si vous êtes d'accord, donnez-lui ce code : %s",
	    .how = "Il sert une fois, pendant 15 minutes.  Sinon, ne faites "
		"rien : personne ne sera appelé.",
	    .foot = "Ce message est automatique ; personne ne lit les "
		"réponses." },
	{ .lang = "ar", .is_rtl = 1,
	    .subject = "رمز لعرض مكالمة وصلك بالبريد",
	    .lead = "وصلتك رسالة فيها عرض مكالمة من: %s",
	    .number = "ويريد شخص الآن استعماله بهذا الرقم: %s",
	    .why = "وقد استعمله رقم آخر من قبل.",
	    .code = "إذا كنت موافقًا فأعطه هذا الرمز: %s",
	    .how = "يصلح مرة واحدة ولمدة 15 دقيقة. وإلا فلا تفعل شيئًا: "
		"لن نتصل بأحد.",
	    .foot = "هذه رسالة آلية، ولا يقرأ أحد الردود عليها." },
	{ .lang = "ja",
	    .subject = "メールで届いた通話のお誘いのためのコード",
	    .lead = "次の方からの通話のお誘いのメールを受け取られました：%s",
	    .number = "次の番号の方が、そのお誘いを使おうとしています：%s",
	    .why = "すでに別の番号で使われています。",
	    .code = "ご承知でしたら、その方にこのコードをお伝えください：%s",
	    .how = "15分間、一度だけ有効です。そうでなければ、何もなさらない"
		"でください。電話はかかりません。",
	    .foot = "このメールは自動で送られています。返信は読まれません。" },
};

const struct code_words *
code_words_in(const char *lang)
{
	size_t i;

	for (i = 0; i < sizeof(catalogue) / sizeof(catalogue[0]); i++)
		if (strcmp(catalogue[i].lang, lang) == 0)
			return &catalogue[i];
	return &catalogue[0];
}

#include <string.h>

#include "bridge-client/mail/code_words.h"

static const struct code_words catalogue[] = {
	{ .lang = "en",
	    .subject = "Code for a call offer that you got by email",
	    .lead = "You got an email with a call offer from: %s",
	    .number = "Now somebody wants to use it with this number: %s",
	    .why = "Another number has used it before.",
	    .code = "If that is you, or if you agree, this is the code: %s",
	    .how = "It is good once, and for 15 minutes.  If you do not "
		"agree, do nothing: nobody will be called.",
	    .foot = "This email was sent by a machine; nobody reads replies "
		"to it." },
	{ .lang = "de",
	    .subject = "Code für ein Anrufangebot, das Sie per E-Mail bekamen",
	    .lead = "Sie bekamen eine E-Mail mit einem Anrufangebot von: %s",
	    .number = "Nun möchte es jemand mit dieser Nummer nutzen: %s",
	    .why = "Eine andere Nummer hat es schon genutzt.",
	    .code = "Sind Sie es selbst, oder sind Sie einverstanden, ist "
		"dies der Code: %s",
	    .how = "Er gilt einmal und 15 Minuten lang.  Sind Sie nicht "
		"einverstanden, tun Sie nichts: Niemand wird angerufen.",
	    .foot = "Diese E-Mail kommt von einer Maschine; niemand liest "
		"Antworten." },
	{ .lang = "es",
	    .subject = "Código para una oferta de llamada que recibió",
	    .lead = "Usted recibió un correo con una oferta de llamada "
		"de: %s",
	    .number = "Ahora alguien quiere usarla con este número: %s",
	    .why = "Otro número ya la ha usado.",
	    .code = "Si es usted, o si está de acuerdo, el código es: %s",
	    .how = "Sirve una vez y durante 15 minutos.  Si no está de "
		"acuerdo, no haga nada: no se llamará a nadie.",
	    .foot = "Este correo es automático; nadie lee las respuestas." },
	{ .lang = "fr",
	    .subject = "Code pour une offre d'appel reçue par courriel",
	    .lead = "Vous avez reçu un message avec une offre d'appel "
		"de : %s",
	    .number = "Quelqu'un veut maintenant l'utiliser avec ce "
		"numéro : %s",
	    .why = "Un autre numéro s'en est déjà servi.",
	    .code = "Si c'est vous, ou si vous êtes d'accord, voici le "
		"code : %s",
	    .how = "Il sert une fois, pendant 15 minutes.  Si vous n'êtes "
		"pas d'accord, ne faites rien : personne ne sera "
		"appelé.",
	    .foot = "Ce message est automatique ; personne ne lit les "
		"réponses." },
	{ .lang = "ar", .is_rtl = 1,
	    .subject = "رمز لعرض مكالمة وصلك بالبريد",
	    .lead = "وصلتك رسالة فيها عرض مكالمة من: %s",
	    .number = "ويريد شخص الآن استعماله بهذا الرقم: %s",
	    .why = "وقد استعمله رقم آخر من قبل.",
	    .code = "إن كنت أنت هذا الشخص، أو كنت موافقًا، فهذا هو الرمز: %s",
	    .how = "يصلح مرة واحدة ولمدة 15 دقيقة. وإن لم توافق فلا "
		"تفعل شيئًا: لن نتصل بأحد.",
	    .foot = "هذه رسالة آلية، ولا يقرأ أحد الردود عليها." },
	{ .lang = "ja",
	    .subject = "メールで届いた通話のお誘いのためのコード",
	    .lead = "次の方からの通話のお誘いのメールを受け取られました：%s",
	    .number = "次の番号の方が、そのお誘いを使おうとしています：%s",
	    .why = "すでに別の番号で使われています。",
	    .code = "ご本人の場合、または承諾なさる場合のコード：%s",
	    .how = "15分間、一度だけ有効です。承諾なさらない場合は、何も"
		"なさらないでください。電話はかかりません。",
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

#include <string.h>

#include "bridge-client/mail/letter_words.h"

static const struct letter_words catalogue[] = {
	{ .lang = "en",
	    .subject = { NULL,
		"Missed call from your offer",
		"A call from your offer was declined",
		"Your call offer is used up",
		"Receipt for a call from your offer" },
	    .text = { NULL,
		"Somebody accepted your call offer, but you could not be "
		"reached.",
		"Somebody accepted your call offer, but the call was "
		"declined.",
		"Your call offer has been used as often as it allows.",
		"A call from your offer has been charged to your account." },
	    .also_used_up = "The offer cannot be used again.",
	    .when = "When: %s",
	    .caller = "Number: %s",
	    .mail_to = "Your email went to: %s",
	    .reference = "Reference: %s",
	    .foot =
		"This email was sent by a machine; nobody reads replies to "
		"it.",
	    .talked = "Time talked: %s",
	    .rates = "Price by the minute: %s",
	    .amount = "Charged: %s",
	    .balance = "Left on the account: %s" },
	{ .lang = "de",
	    .subject = { NULL,
		"Verpasster Anruf auf Ihr Angebot",
		"Ein Anruf auf Ihr Angebot wurde abgelehnt",
		"Ihr Anrufangebot ist aufgebraucht",
		"Beleg für einen Anruf auf Ihr Angebot" },
	    .text = { NULL,
		"Jemand hat Ihr Anrufangebot angenommen, aber Sie waren "
		"nicht zu erreichen.",
		"Jemand hat Ihr Anrufangebot angenommen, aber der Anruf "
		"wurde abgelehnt.",
		"Ihr Anrufangebot wurde so oft genutzt, wie es erlaubt war.",
		"Ein Anruf auf Ihr Angebot wurde Ihrem Konto belastet." },
	    .also_used_up =
		"Das Angebot kann nicht noch einmal genutzt werden.",
	    .when = "Wann: %s",
	    .caller = "Nummer: %s",
	    .mail_to = "Ihre E-Mail ging an: %s",
	    .reference = "Zeichen: %s",
	    .foot =
		"Diese E-Mail kommt von einer Maschine; niemand liest "
		"Antworten.",
	    .talked = "Gesprächsdauer: %s",
	    .rates = "Preis je Minute: %s",
	    .amount = "Belastet: %s",
	    .balance = "Guthaben: %s" },
	{ .lang = "es",
	    .subject = { NULL,
		"Llamada perdida de su oferta",
		"Se rechazó una llamada de su oferta",
		"Su oferta de llamada está agotada",
		"Recibo de una llamada de su oferta" },
	    .text = { NULL,
		"Alguien aceptó su oferta de llamada, pero no se le pudo "
		"localizar.",
		"Alguien aceptó su oferta de llamada, pero la llamada fue "
		"rechazada.",
		"Su oferta de llamada se ha usado tantas veces como "
		"permite.",
		"Se ha cargado a su cuenta una llamada de su oferta." },
	    .also_used_up = "La oferta no se puede volver a usar.",
	    .when = "Cuándo: %s",
	    .caller = "Número: %s",
	    .mail_to = "Su correo fue enviado a: %s",
	    .reference = "Referencia: %s",
	    .foot =
		"Este correo es automático; nadie lee las respuestas.",
	    .talked = "Tiempo hablado: %s",
	    .rates = "Precio por minuto: %s",
	    .amount = "Cargado: %s",
	    .balance = "Saldo de la cuenta: %s" },
	{ .lang = "fr",
	    .subject = { NULL,
		"Appel manqué suite à votre offre",
		"Un appel suite à votre offre a été refusé",
		"Votre offre d'appel est épuisée",
		"Reçu pour un appel suite à votre offre" },
	    .text = { NULL,
		"Quelqu'un a accepté votre offre d'appel, mais vous étiez "
		"injoignable.",
		"Quelqu'un a accepté votre offre d'appel, mais l'appel a "
		"été refusé.",
		"Votre offre d'appel a servi autant de fois que permis.",
		"Un appel suite à votre offre a été débité de votre compte." },
	    .also_used_up = "L'offre ne peut plus servir.",
	    .when = "Quand : %s",
	    .caller = "Numéro : %s",
	    .mail_to = "Votre message était adressé à : %s",
	    .reference = "Référence : %s",
	    .foot =
		"Ce message est automatique ; personne ne lit les "
		"réponses.",
	    .talked = "Durée de conversation : %s",
	    .rates = "Prix à la minute : %s",
	    .amount = "Débité : %s",
	    .balance = "Solde du compte : %s" },
	{ .lang = "ar", .is_rtl = 1,
	    .subject = { NULL,
		"مكالمة فائتة من عرضك",
		"رُفضت مكالمة من عرضك",
		"استُنفد عرضك للمكالمة",
		"إيصال بمكالمة من عرضك" },
	    .text = { NULL,
		"قُبل عرضك لمكالمة هاتفية، لكن تعذّر الوصول إليك.",
		"قُبل عرضك لمكالمة هاتفية، لكن المكالمة رُفضت.",
		"استُعمل عرضك للمكالمة بقدر ما يسمح به.",
		"خُصمت مكالمة من عرضك من حسابك." },
	    .also_used_up = "لا يمكن استعمال العرض مرة أخرى.",
	    .when = "الوقت: %s",
	    .caller = "الرقم: %s",
	    .mail_to = "أُرسل بريدك إلى: %s",
	    .reference = "المرجع: %s",
	    .foot = "هذه رسالة آلية، ولا يقرأ أحد الردود عليها.",
	    .talked = "مدة الحديث: %s",
	    .rates = "سعر الدقيقة: %s",
	    .amount = "المبلغ المخصوم: %s",
	    .balance = "رصيد الحساب: %s" },
	{ .lang = "ja",
	    .subject = { NULL,
		"お誘いからの不在着信",
		"お誘いからの通話が断られました",
		"通話のお誘いは使用済みです",
		"お誘いからの通話の領収書" },
	    .text = { NULL,
		"通話のお誘いが受けられましたが、あなたにつながりませんでした。",
		"通話のお誘いが受けられましたが、通話は断られました。",
		"通話のお誘いは、決められた回数まで使われました。",
		"お誘いからの通話の料金を、あなたの口座から引き落としました。" },
	    .also_used_up = "このお誘いはもう使えません。",
	    .when = "日時：%s",
	    .caller = "番号：%s",
	    .mail_to = "メールの宛先：%s",
	    .reference = "整理番号：%s",
	    .foot = "このメールは自動で送られています。返信は読まれません。",
	    .talked = "通話時間：%s",
	    .rates = "1分あたりの料金：%s",
	    .amount = "引き落とし額：%s",
	    .balance = "口座の残高：%s" },
};

const struct letter_words *
letter_words_in(const char *lang)
{
	size_t i;

	for (i = 0; i < sizeof(catalogue) / sizeof(catalogue[0]); i++)
		if (strcmp(catalogue[i].lang, lang) == 0)
			return &catalogue[i];
	return &catalogue[0];
}

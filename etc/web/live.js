/*
 * What a script adds to pages that work without one: the call's page follows
 * the call by server-sent events, seconds are counted, dates are written in
 * the reader's own zone, countries by their names, and the list of languages
 * closes by itself.
 */
(function () {
	"use strict";

	var lang = document.documentElement.lang || undefined;
	/* One kind of digits on a page: those of the numbers to be dialled. */
	var locale = lang && lang + "-u-nu-latn";

	function each(selector, fn) {
		Array.prototype.forEach.call(
		    document.querySelectorAll(selector), function (e) {
			try {
				fn(e);
			} catch (ignore) {
				/* What the server wrote stays. */
			}
		});
	}

	/* The time of day, with its zone, stays on one line. */
	each("time[datetime]", function (e) {
		var isLate = false;
		e.textContent = new Intl.DateTimeFormat(locale, {
			weekday: "long", day: "numeric", month: "long",
			hour: "numeric", minute: "2-digit",
			timeZoneName: "short"
		}).formatToParts(new Date(e.getAttribute("datetime")))
		    .map(function (part) {
			isLate = isLate || part.type === "hour";
			return isLate ? part.value.replace(/ /g, "\u00a0") :
			    part.value;
		}).join("");
	});
	each("[data-region]", function (e) {
		e.textContent = new Intl.DisplayNames([lang], { type: "region" })
		    .of(e.getAttribute("data-region"));
	});

	each(".langs details", function (e) {
		document.addEventListener("click", function (event) {
			if (!e.contains(event.target))
				e.open = false;
		});
		e.addEventListener("keydown", function (event) {
			if (event.key === "Escape" && e.open) {
				e.open = false;
				e.querySelector("summary").focus();
			}
		});
	});

	/*
	 * What is seen is left only for what can be: who takes a call on this
	 * telephone may be offline meanwhile, and a service may come back.
	 */
	var isLeaving = false;

	function reload() {
		var look = new XMLHttpRequest();
		function later() {
			setTimeout(function () {
				isLeaving = false;
				reload();
			}, 5000);
		}
		if (isLeaving)
			return;
		isLeaving = true;
		look.onload = function () {
			if (look.status < 500)
				location.reload();
			else
				later();
		};
		look.onerror = look.ontimeout = later;
		look.open("HEAD", location.href);
		look.timeout = 10000;
		look.send();
	}
	if (document.body.getAttribute("data-page") === "call-unseen")
		setTimeout(reload, 3000);

	/* The call's page from here on. */
	var main = document.querySelector("main[data-events]");
	if (!main || !window.EventSource)
		return;

	var lasts = document.getElementById("lasts");
	var since = Date.now() -
	    1000 * (lasts ? Number(lasts.getAttribute("data-lasts")) : 0);

	function two(n) {
		return (n < 10 ? "0" : "") + n;
	}
	function tick() {
		var s = Math.max(0, Math.floor((Date.now() - since) / 1000));
		var m = Math.floor(s / 60);
		if (lasts)
			lasts.textContent = m < 60 ? m + ":" + two(s % 60) :
			    Math.floor(m / 60) + ":" + two(m % 60) + ":" +
			    two(s % 60);
	}
	setInterval(tick, 1000);
	tick();

	function put(id, text) {
		var e = document.getElementById(id);
		if (e && e.textContent !== text)
			e.textContent = text;
	}
	var source = null, heard = false;

	function show(now) {
		heard = true;
		each(".look", function (e) {
			e.hidden = true;	/* it is looked at for him */
		});
		if (now.stage === "ended" || now.stage === "none") {
			source.close();
			reload();
			return;
		}
		if (main.getAttribute("data-stage") !== now.stage)
			document.title = now.title;
		main.setAttribute("data-stage", now.stage);
		put("title", now.title);
		put("text", now.text);
		put("stop", now.button);
		since = Date.now() - 1000 * now.lasts;
		tick();
	}

	/* Whatever the call is at comes at once, then what becomes of it. */
	function listen() {
		if (source)
			source.close();
		source = new EventSource(main.getAttribute("data-events"));
		source.onmessage = function (event) {
			show(JSON.parse(event.data));
		};
		source.onerror = function () {
			/* A browser tries again by itself unless it was
			 * turned away. */
			if (source.readyState === 2)
				setTimeout(reload, 5000);
		};
	}
	listen();

	/* Something on the way keeps events back: then as without a script. */
	setTimeout(function () {
		if (!heard)
			reload();
	}, 6000);
	/* Who took the call on this telephone comes back to the page; its
	 * connection may have died meanwhile without a word. */
	document.addEventListener("visibilitychange", function () {
		if (document.visibilityState === "visible")
			listen();
	});
	window.addEventListener("pageshow", function (event) {
		if (event.persisted)
			listen();
	});
}());

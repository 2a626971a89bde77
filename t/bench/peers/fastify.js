'use strict';
/* The acceptance page on Fastify and SQLite, through better-sqlite3. */
const cluster = require('cluster');
const fastify = require('fastify');
const Database = require('better-sqlite3');
const offer = require('./offer');

const USE = `INSERT INTO uses (offer, uses, spent, is_open, attempts,
    not_after) VALUES (?, ?, 0, 1, 1, ?)
    ON CONFLICT (offer) DO UPDATE SET is_open = 1, attempts = attempts + 1
    WHERE NOT is_open AND spent < uses`;
const CALL = `INSERT INTO calls (id, offer, tag, a_hash, state, since,
    accepted_at, uses, not_after, name, account, offeror, recipient, caller,
    a, b, lang, provider)
    VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pbx')
    ON CONFLICT (id) DO NOTHING`;

function serve()
{
	const db = new Database(process.env.DB, { timeout: 10000 });
	db.pragma('journal_mode = WAL');
	db.pragma('synchronous = FULL');
	db.pragma('cache_size = -65536');
	const use = db.prepare(USE);
	const call = db.prepare(CALL);
	const rings = db.prepare(
	    'UPDATE calls SET state = 2, leg_a = 2 WHERE id = ?');
	const accept = db.transaction((c) => {
		if (use.run(c.offer, c.uses, c.notAfter).changes !== 1)
			throw new offer.Refusal('used');
		call.run(c.id, c.offer, c.tag, c.hash, c.now, c.now, c.uses,
		    c.notAfter, c.name, c.account, c.offeror, c.recipient,
		    c.caller, c.a, c.b, c.lang);
	});
	const app = fastify({ maxParamLength: 512 });

	app.register(require('@fastify/formbody'));
	app.post('/o/:token', async (q, r) => {
		const c = offer.open(q.params.token, q.body);

		accept.immediate(c);
		offer.ring(c).then((yes) => yes && rings.run(c.id));
		return r.redirect('/c/' + c.secret, 303);
	});
	app.setErrorHandler((e, q, r) => {
		if (!(e instanceof offer.Refusal))
			console.error(e);
		r.code(e instanceof offer.Refusal ? 422 : 500)
		    .send(e.message);
	});
	app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
}

if (cluster.isPrimary)
	for (let i = 0; i < Number(process.env.WORKERS); i++)
		cluster.fork();
else
	serve();

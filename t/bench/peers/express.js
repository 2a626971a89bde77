'use strict';
/* The acceptance page on Express and PostgreSQL. */
const cluster = require('cluster');
const express = require('express');
const pg = require('pg');
const offer = require('./offer');

/*
 * One statement, so one journey and one commit (synchronous_commit is on):
 * nothing is inserted when a call of the offer is open, or its uses are spent.
 */
const ACCEPT = {
	name: 'accept',
	text: `WITH u AS (
	    INSERT INTO uses AS u (offer, uses, spent, is_open, attempts,
		not_after) VALUES ($2, $3, 0, true, 1, $4)
	    ON CONFLICT (offer) DO UPDATE SET is_open = true,
		attempts = u.attempts + 1
	    WHERE NOT u.is_open AND u.spent < u.uses RETURNING offer)
	INSERT INTO calls (id, offer, tag, a_hash, state, since, accepted_at,
	    uses, not_after, name, account, offeror, recipient, caller, a, b,
	    lang, provider)
	SELECT $1, offer, $5, $6, 1, $7, $7, $3, $4, $8, $9, $10, $11, $12,
	    $13, $14, $15, 'pbx' FROM u ON CONFLICT (id) DO NOTHING`
};
const RINGS = { name: 'rings',
    text: 'UPDATE calls SET state = 2, leg_a = 2 WHERE id = $1' };

function serve()
{
	const db = new pg.Pool({ host: process.env.DB, database: 'postgres',
	    user: 'postgres', max: 16 });
	const app = express();

	app.disable('x-powered-by');
	app.disable('etag');
	app.post('/o/:token', express.urlencoded({ extended: false }),
	    async (q, r) => {
		const c = offer.open(q.params.token, q.body);
		const got = await db.query({ ...ACCEPT, values: [c.id,
		    c.offer, c.uses, c.notAfter, c.tag, c.hash, c.now, c.name,
		    c.account, c.offeror, c.recipient, c.caller, c.a, c.b,
		    c.lang] });

		if (got.rowCount !== 1)
			throw new offer.Refusal('used');
		r.redirect(303, '/c/' + c.secret);
		if (await offer.ring(c))
			await db.query({ ...RINGS, values: [c.id] });
	});
	app.use((e, q, r, next) => {
		if (!(e instanceof offer.Refusal))
			console.error(e);
		r.status(e instanceof offer.Refusal ? 422 : 500)
		    .send(e.message);
	});
	app.listen(process.env.PORT, '127.0.0.1');
}

if (cluster.isPrimary)
	for (let i = 0; i < Number(process.env.WORKERS); i++)
		cluster.fork();
else
	serve();

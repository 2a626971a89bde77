'use strict';
/*
 * What both peers have in common: from the form that is posted to an
 * acceptance, by the same steps as the bridge's and in its order.
 *
 * The same: the token, decoded, its Ed25519 signature verified, its sealed
 * part opened (crypto_box_seal), all fields read and held against the key's
 * scope; the end of the offer; the nonce, its BLAKE2b verified, 2 seconds to
 * 30 minutes old; the number read as libphonenumber reads it (possible, valid,
 * of an allowed type and country), in canonical form, and its keyed hash; the
 * row of the call, with all fields, and that of the offer's uses; one durable
 * commit before the answer; the redirection to the call's page; then the
 * provider is asked to ring, over a connection that is kept, and the row of
 * the call is changed when he has answered.
 *
 * Less: no caps per number, prefix, client, offeror and day; no look at
 * revocations, blocked numbers and hours; no check of header ambiguities.
 */
const fs = require('fs');
const path = require('path');
const sodium = require('sodium-native');
const phone = require('libphonenumber-js/max');
const { Pool } = require('undici');

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789.-@_';
const HAS_OTHERS = 2 | 4 | 8 | 16;	/* no token of the bench's */
const CONTEXT = Buffer.from('calloffer/offer/1\0');
const TYPES = new Set(['FIXED_LINE', 'MOBILE', 'FIXED_LINE_OR_MOBILE',
    'TOLL_FREE', 'VOIP']);
const keys = process.env.KEYS;

function read(name)
{
	const text = fs.readFileSync(path.join(keys, name), 'latin1');

	return Buffer.from(text.trim().split(' ')[1], 'base64url');
}

const verifyKey = read('sign.pub');
const sealKey = read('seal.pub');
const unsealKey = read('unseal.key');
const macKey = read('mac.key');
const account = { name: 'sales', country: 'GB', caller: '+442079460100' };
const key = { domains: new Set(['example.com']), destination: '+44',
    lifetime: 30 * 86400 };

class Refusal extends Error {}

function refuse(why)
{
	throw new Refusal(why);
}

/* Reading: each take advances. */
class Reader {
	constructor(b) { this.b = b; this.at = 0; }
	u8() { return this.b[this.at++]; }
	u16() { this.at += 2; return this.b.readUInt16BE(this.at - 2); }
	take(n)
	{
		if (this.at + n > this.b.length)
			refuse('token');
		this.at += n;
		return this.b.subarray(this.at - n, this.at);
	}
	text(n) { return this.take(n).toString('utf8'); }
	str() { return this.text(this.u8()); }
	/* A string of terms: three characters in two bytes, where packed. */
	term(isPacked)
	{
		let n = this.u8();
		let text = '';

		if (!isPacked)
			return this.text(n);
		for (; n > 0; n -= 3) {
			let group = n > 1 ? this.u16() : this.u8();
			let part = '';

			for (let i = Math.min(n, 3); i > 0; i--) {
				part = LETTERS[group % 40] + part;
				group = Math.floor(group / 40);
			}
			text += part;
		}
		return text;
	}
	tel()
	{
		const first = this.u8();
		const n = first & 15;

		if (first >> 4 !== 1)
			refuse('token');
		const digits = this.take((n + 1) >> 1).toString('hex');
		this.at++;		/* no extension */
		return '+' + digits.slice(0, n);
	}
}

function readToken(text)
{
	const raw = Buffer.from(text, 'base64url');

	if (raw.length < 162 || raw[0] !== 1)
		refuse('token');
	const signed = raw.subarray(0, raw.length - 64);
	if (!sodium.crypto_sign_verify_detached(raw.subarray(-64),
	    Buffer.concat([CONTEXT, signed]), verifyKey))
		refuse('token');
	const r = new Reader(signed);
	r.at = 1;
	const token = { uses: r.u8() };
	r.at += 8;
	token.notAfter = r.b.readUIntBE(r.at, 5);
	r.at += 5;
	token.offer = r.take(16);
	token.name = r.str();
	token.sealed = r.take(r.u16());
	if (r.at !== signed.length)
		refuse('token');
	return token;
}

function unseal(sealed)
{
	const plain = Buffer.allocUnsafe(sealed.length - 48);

	if (!sodium.crypto_box_seal_open(plain, sealed, sealKey, unsealKey))
		refuse('token');
	const r = new Reader(plain);
	const has = r.u16();
	if (has >> 12 !== 1 || (has & HAS_OTHERS) !== 0)
		refuse('token');
	const t = { destination: r.tel(), offeror: r.term(has & 128),
	    account: 'default', tag: null, recipient: '', lang: '' };
	if (has & 64)
		t.account = r.term(has & 256);
	t.tag = r.take(16);
	if (has & 1)
		t.recipient = r.term(has & 512);
	if (has & 32)
		t.lang = r.text(2);
	return t;
}

function checkScope(token, terms, now)
{
	const minted = token.offer.readUIntBE(0, 6) / 1000;
	const domain = terms.offeror.slice(terms.offeror.lastIndexOf('@') + 1);

	if (minted > now + 300 || token.notAfter - minted > key.lifetime ||
	    terms.account !== account.name || !key.domains.has(domain) ||
	    !terms.destination.startsWith(key.destination))
		refuse('scope');
	if (token.notAfter <= now)
		refuse('expired');
}

function tag(context, ...parts)
{
	const out = Buffer.allocUnsafe(16);

	sodium.crypto_generichash(out, Buffer.concat(
	    [Buffer.from(context + '\0'), ...parts]), macKey);
	return out;
}

function checkNonce(text, offer, now)
{
	const raw = Buffer.from(text, 'base64url');

	if (raw.length !== 32)
		refuse('nonce');
	const id = raw.subarray(0, 16);
	const age = now - id.readUIntBE(0, 6) / 1000;
	if (!sodium.sodium_memcmp(raw.subarray(16),
	    tag('calloffer/nonce/1', offer, id)) || age < 2 || age > 1800)
		refuse('nonce');
	return id;
}

function checkNumber(typed)
{
	const n = phone.parsePhoneNumberFromString(typed);

	if (n === undefined || !n.isPossible() || !n.isValid() ||
	    !TYPES.has(n.getType()) || n.country !== account.country)
		refuse('number');
	return n.number;
}

/* An acceptance, or a Refusal is thrown. */
function open(token, form)
{
	const now = Date.now() / 1000;
	const t = readToken(token);
	const terms = unseal(t.sealed);

	checkScope(t, terms, now);
	const id = checkNonce(form.nonce, t.offer, now);
	const a = checkNumber(form.number);
	return {
		id, offer: t.offer, tag: terms.tag,
		hash: tag('calloffer/number/1', Buffer.from(a)),
		uses: t.uses, notAfter: t.notAfter, now: Math.floor(now),
		name: t.name, account: terms.account, offeror: terms.offeror,
		recipient: terms.recipient, caller: account.caller, a,
		b: terms.destination, lang: terms.lang,
		secret: Buffer.concat([id, tag('calloffer/secret/1', id)])
		    .toString('base64url')
	};
}

const provider = new Pool('http://' + process.env.PROVIDER,
    { connections: 32 });

/* Resolves when the provider has said that it rings. */
async function ring(c)
{
	const id = 'co-' + c.id.toString('hex') + '-a';
	const r = await provider.request({
		method: 'POST', path: '/ari/channels/' + id + '?endpoint=' +
		    encodeURIComponent('PJSIP/' + c.a + '@trunk') +
		    '&app=calloffer&timeout=120&callerId=' +
		    encodeURIComponent(c.caller),
		headers: { authorization: 'Basic Y2FsbG9mZmVyOnNlY3JldA==' }
	});

	await r.body.dump();
	return r.statusCode === 200;
}

module.exports = { Refusal, open, ring };

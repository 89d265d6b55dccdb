import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import type { Answer } from "../test/support/scripted-server.ts";
import { challenge, stored, uploading } from "../test/support/uploading.ts";
import { authorizationUrl, type StepUpOffer } from "./index.ts";

const offerOf = (acr: string) => ({
	...{ errcode: "org.matrix.msc4363.M_INSUFFICIENT_USER_AUTHENTICATION", error: "Approve it first" },
	...{ "org.matrix.msc4363.acr_values": acr, "org.matrix.msc4363.max_age": 300 },
});
const offered = (acr = "urn:one"): Answer => challenge(offerOf(acr));

/** A program that steps up, and with whose token is asked. */
function steppingUp(verdicts: readonly (boolean | Error)[]) {
	const offers: StepUpOffer[] = [];
	let token = "AT";
	const stepUp = async (offer: StepUpOffer) => {
		const verdict = verdicts[offers.push(offer) - 1];
		if (verdict instanceof Error) throw verdict;
		if (verdict === true) token = `elevated ${offers.length}`;
		return verdict === true;
	};
	return { offers, options: { stepUp, accessToken: async () => token } };
}

describe("an upload whose homeserver offers to step up", () => {
	test("is repeated at once, whole and without an answer, with the token that was bought", async (t) => {
		const { offers, options } = steppingUp([true]);
		const { outcome, server, shown, auths, askedAt } = await uploading(t, [offered(), stored], options);
		assert.deepEqual(await outcome, { outcome: "stored", approval: "given" });
		assert.deepEqual(offers, [{ acrValues: "urn:one", maxAge: 300 }]);
		assert.deepEqual(
			server.seen.map(({ headers }) => headers.authorization),
			["Bearer AT", "Bearer elevated 1"],
		);
		assert.deepEqual([auths(), askedAt, shown], [[undefined, undefined], [0, 0], []]);
		assert.equal(server.seen[0]?.body, server.seen[1]?.body);
	});

	test("goes by the page where the program has no better way, and where it would rather", async (t) => {
		for (const options of [{}, steppingUp([false]).options]) {
			const { outcome, shown } = await uploading(t, [offered(), offered(), stored], options);
			assert.deepEqual(await outcome, { outcome: "stored", approval: "given" });
			assert.equal(shown.length, 1);
		}
	});

	test("sends nobody round in a circle: an offer is taken once, and two at most", async (t) => {
		const same = steppingUp([true, true, true]);
		const first = await uploading(t, [offered(), offered(), offered(), stored], same.options);
		await first.outcome;
		assert.deepEqual([same.offers.length, first.shown.length], [1, 1]);
		const other = steppingUp([true, true, true]);
		const script = (_: unknown, nth: number) => (nth < 5 ? offered(`urn:${nth}`) : stored);
		const second = await uploading(t, script, other.options);
		await second.outcome;
		assert.deepEqual([other.offers.length, second.shown.length], [2, 1]);
	});

	test("ends with what the program throws, and has changed nothing", async (t) => {
		const cause = new RangeError("the person closed the window");
		const { outcome, server } = await uploading(t, [offered()], steppingUp([cause]).options);
		await assert.rejects(outcome, cause);
		assert.equal(server.seen.length, 1);
	});

	test("can have no page at all (MSC4363): then it is the only way", async (t) => {
		const alone: Answer = { status: 401, body: { ...offerOf("urn:one"), error: "no" } };
		const { options } = steppingUp([true]);
		assert.equal((await (await uploading(t, [alone, stored], options)).outcome).approval, "given");
		const { outcome } = await uploading(t, [alone]);
		assert.equal((await expectCode(outcome, "challenge-unsupported")).safe, true);
	});
});

test("an authorization request hands on what was asked for, as it is", () => {
	const request = {
		clientId: "c",
		redirectUri: "http://127.0.0.1/",
		scope: "s",
		state: "x",
		pkce: { challenge: "y" },
	};
	const at = { authorization_endpoint: "https://auth.example/authorize" };
	const url = new URL(authorizationUrl(at, { ...request, acrValues: "urn:a urn:b", maxAge: 0 }));
	assert.deepEqual(
		[url.searchParams.get("acr_values"), url.searchParams.get("max_age")],
		["urn:a urn:b", "0"],
	);
	const plain = new URL(authorizationUrl(at, request)).searchParams;
	assert.ok(!plain.has("acr_values") && !plain.has("max_age"));
});

/** A thief who has the cookie of a browser that is signed in, and no password, lets no app in: it would stay. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AttackWorld, openAttackWorld } from "../support/attack-world.ts";
import type { Page } from "../support/form-browser.ts";
import { apiScope, beginFlow } from "../support/oauth-flow.ts";
import { password } from "../support/server.ts";
import { addPasskey } from "../support/software-passkey.ts";

const tooOld = 5 * 60_000 + 1;

const codeIn = ({ left }: Page) => left?.searchParams.get("code") ?? undefined;

const consent = async (world: AttackWorld, scope?: string) =>
	world.alice.open((await beginFlow(world.server, scope === undefined ? {} : { scope })).url);

const asksPassword = ({ text }: Page) => /name="password"/.test(text);

describe("an app is let in", () => {
	test("by who has just signed in, without being asked once more", async () => {
		await using world = await openAttackWorld();
		world.advance(tooOld - 1);
		const page = await consent(world);
		assert.equal(asksPassword(page), false);
		assert.ok(codeIn(await world.alice.press(page, "Allow")));
	});

	test("by a browser left open with the password alone; to refuse takes none", async () => {
		await using world = await openAttackWorld();
		const early = await consent(world);
		world.advance(tooOld);
		for (const page of [early, await consent(world)]) {
			assert.equal(asksPassword(page), page !== early);
			for (const [typed, status] of [
				[{}, 400],
				[{ password: "" }, 400],
				[{ password: "not this one" }, 403],
			] as const) {
				const refused = await world.alice.press(page, "Allow", typed);
				assert.deepEqual([refused.status, codeIn(refused)], [status, undefined]);
				assert.ok(asksPassword(refused));
			}
		}
		const refused = await world.alice.press(await consent(world), "Cancel");
		assert.equal(refused.left?.searchParams.get("error"), "access_denied");
		const codes = (await world.server.rows("engine_records")).filter(
			({ kind, payload }) => kind === "AuthorizationCode" && !String(payload).includes("PHONEALICE"),
		);
		assert.deepEqual(codes, []);
		assert.ok(codeIn(await world.alice.press(await consent(world), "Allow", { password })));
	});

	test("to administer the server, too", async () => {
		await using world = await openAttackWorld();
		await world.server.change("UPDATE accounts SET admin = 1 WHERE localpart = 'alice'");
		world.advance(tooOld);
		const page = await consent(world, `${apiScope} urn:matrix:client:device:THIEFDEVICE urn:synapse:admin:*`);
		assert.match(page.text, /administer/);
		assert.equal((await world.alice.press(page, "Allow")).status, 400);
		assert.ok(codeIn(await world.alice.press(page, "Allow", { password })));
	});

	test("with the passkey where there is one, and not with the password", async () => {
		await using world = await openAttackWorld();
		const passkey = await addPasskey(world.alice, { base: world.server.url });
		world.advance(tooOld);
		const page = await consent(world);
		assert.equal((await world.alice.press(page, "Allow", { password })).status, 403);
		assert.ok(codeIn(await world.alice.press(page, "Allow", { passkey: passkey.answer(page) })));
	});

	test("once: who did so and sends the form again is told the same, when the proof is too old by then", async () => {
		await using world = await openAttackWorld();
		world.advance(tooOld - 1);
		const page = await consent(world);
		const code = codeIn(await world.alice.press(page, "Allow"));
		assert.ok(code !== undefined);
		world.advance(30_000);
		for (const label of ["Allow", "Cancel"]) assert.equal(codeIn(await world.alice.press(page, label)), code);
	});
});

describe("a copy of the cookie of a browser", () => {
	test("has no part in what its person enters after it was made", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const { path } = await world.ask(world.phone, "second");
		const copy = server.browser();
		copy.cookies.keep(cookiesOf(alice.cookies.headerFor(new URL(server.url))));
		world.advance(tooOld);
		await alice.press(await alice.open("/login?fresh=1"), "Continue", { password });
		assert.equal(asksPassword(await alice.open(path)), false, "its person is not asked again");
		const page = await copy.open(path);
		assert.ok(asksPassword(page));
		const isRefused = async (entered: Readonly<Record<string, string>>) =>
			(await copy.press(page, /replace my digital identity$/i, entered)).status;
		assert.deepEqual([await isRefused({}), await isRefused({ password: "a guess" })], [400, 403]);
		assert.equal((await server.rows("reset_requests")).at(-1)?.state, "pending");
		const approved = await alice.press(await alice.open(path), /replace my digital identity$/i);
		assert.equal(approved.status, 200);
	});

	test("nor has the cookie of what was entered in another browser, or for another person", async () => {
		await using world = await openAttackWorld();
		const { server } = world;
		const bob = await server.register("bob");
		const other = await server.signIn("alice");
		world.advance(tooOld);
		for (const browser of [bob, other]) {
			await browser.press(await browser.open("/login?fresh=1"), "Continue", { password });
			const sent = browser.cookies.headerFor(new URL(server.url)).split("; ");
			const proof = sent.find((one) => one.startsWith("countersign-proof=")) ?? assert.fail();
			world.alice.cookies.keep(cookiesOf(proof));
			assert.ok(asksPassword(await world.alice.open("/account/sign-out-everywhere")));
		}
	});
});

/** An answer that sets what a request carried. */
function cookiesOf(header: string): Response {
	return new Response("", { headers: header.split("; ").map((one) => ["set-cookie", `${one}; Path=/`]) });
}

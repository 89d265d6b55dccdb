import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HomeserverUnavailable } from "@countersign/core";
import { openPagesWorld, type PagesWorld } from "../../test/support/pages-world.ts";
import type { NamesThere } from "../people/ports.ts";
import type { PersonNaming } from "./ports.ts";
import { createProfileRoutes } from "./profile.ts";

describe("the display name in the form", () => {
	let world: PagesWorld;
	let findUser: NamesThere["findUser"];
	const saved: (string | undefined)[] = [];

	before(async () => {
		world = await openPagesWorld();
		const homeserver: Pick<NamesThere, "findUser"> & PersonNaming = {
			findUser: (localpart) => findUser(localpart),
			async setDisplayName({ displayName }) {
				if (displayName === "Too late") return { ok: false, reason: "signed-out" };
				saved.push(displayName);
				return { ok: true };
			},
		};
		world.app.route("/", createProfileRoutes({ ...world, homeserver }));
		const accountId = await world.add("alice");
		await world.storage.write((unit) => unit.profiles.setDisplayName(accountId, "Saved here"));
	});
	after(() => world[Symbol.asyncDispose]());

	async function shown(): Promise<string | undefined> {
		const browser = world.browser();
		await browser.signIn("alice");
		const { status, text } = await browser.get("/account/profile");
		assert.equal(status, 200);
		return /name="displayname" [^>]*value="([^"]*)"/.exec(text)?.[1];
	}

	test("is the one the homeserver has, which apps may have changed", async () => {
		findUser = async () => ({ displayName: "Changed <there>", deactivated: false });
		assert.equal(await shown(), "Changed &lt;there&gt;");
		findUser = async () => ({ deactivated: false });
		assert.equal(await shown(), "", "taken away there");
	});

	test("is the one saved here while the homeserver does not answer, or does not know the person yet", async () => {
		findUser = () => Promise.reject(new HomeserverUnavailable());
		assert.equal(await shown(), "Saved here");
		findUser = async () => undefined;
		assert.equal(await shown(), "Saved here");
	});

	test("goes to the homeserver without control characters, which not every one can store", async () => {
		findUser = async () => undefined;
		const browser = world.browser();
		await browser.signIn("alice");
		for (const displayname of [" A\0l\u0007ice\n", "\0", "\0Bob 👩‍🚀"])
			assert.equal((await browser.fill("/account/profile", { displayname })).status, 303);
		assert.deepEqual(saved, ["Alice", undefined, "Bob 👩‍🚀"]);
	});

	test("says that it has expired where its browser was signed out on the way", async () => {
		const browser = world.browser();
		await browser.signIn("alice");
		const { status, text } = await browser.fill("/account/profile", { displayname: "Too late" });
		assert.deepEqual([status, /<h1>This form has expired/.test(text)], [403, true]);
	});
});

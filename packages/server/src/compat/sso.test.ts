import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { random } from "../../test/support/people-world.ts";
import { openTemporaryStorage, seedAccount, seedBrowser } from "../../test/support/storage.ts";
import { createSso } from "./sso.ts";

const start = 1_800_000_000_000;
const redirectUrl = "https://app.example/cb?x=1";
const refused = { decision: "refused" } as const;

async function opened() {
	const storage = await openTemporaryStorage();
	const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: start });
	let now = start;
	const deps = { storage, clock: () => now, random, secretKey: new Uint8Array(32).fill(7) };
	const sso = createSso(deps);
	const by = async () => {
		const { browser, generation } = await seedBrowser(storage, { accountId, at: now });
		return { accountId, browser, generation };
	};
	return {
		...{ storage, sso, accountId, by },
		other: createSso({ ...deps, secretKey: new Uint8Array(32).fill(8) }),
		advance: (ms: number) => {
			now += ms;
		},
		spend: (token: string) => storage.write((unit) => sso.spend(unit, token)),
		[Symbol.asyncDispose]: storage.close,
	};
}

function tokenIn(answer: unknown): string {
	assert.ok(typeof answer === "object" && answer !== null && "url" in answer, "granted");
	return new URL(String(answer.url)).searchParams.get("loginToken") ?? "";
}

describe("a sign-in by browser", () => {
	test("waits for half an hour, with where its form has to lead", async () => {
		await using world = await opened();
		const id = await world.sso.begin({ redirectUrl, action: "register" });
		const pending = {
			...{ id, redirectUrl, action: "register", createdAt: start, expiresAt: start + 1_800_000 },
			redirectTarget: "https://app.example",
		};
		assert.deepEqual(await world.sso.pending(id), pending);
		world.advance(1_799_999);
		assert.deepEqual(await world.sso.pending(id), pending);
		const by = await world.by();
		world.advance(1);
		assert.equal(await world.sso.pending(id), undefined);
		assert.equal(await world.sso.approve(id, by), undefined);
		assert.equal(await world.sso.deny(id, by), undefined);
	});

	test("that is granted gives one token, good for thirty seconds, once", async () => {
		await using world = await opened();
		for (const [waited, good] of [
			[29_999, true],
			[30_000, false],
		] as const) {
			const id = await world.sso.begin({ redirectUrl, action: "login" });
			const by = await world.by();
			const granted = await world.sso.approve(id, by);
			const token = tokenIn(granted);
			assert.match(token, /^[\w-]{43}$/);
			assert.deepEqual(granted, {
				...{ decision: "granted", used: false, url: `https://app.example/cb?x=1&loginToken=${token}` },
			});
			assert.equal(await world.sso.pending(id), undefined);
			world.advance(waited);
			assert.deepEqual(
				await world.sso.findApproved(token),
				good ? { accountId: world.accountId } : undefined,
			);
			const answered = await world.sso.answered(id, by);
			assert.deepEqual(answered, good ? granted : undefined);
			assert.deepEqual([await world.spend(token), await world.spend(token)], [good, false]);
			assert.equal(await world.sso.findApproved(token), undefined);
		}
	});

	test("is told the same for a minute to the browser that answered, and to no other", async () => {
		await using world = await opened();
		const [granted, denied] = [
			await world.sso.begin({ redirectUrl, action: "login" }),
			await world.sso.begin({ redirectUrl, action: "login" }),
		];
		const [by, other] = [await world.by(), await world.by()];
		const token = tokenIn(await world.sso.approve(granted, by));
		assert.deepEqual(await world.sso.deny(denied, by), refused);
		assert.equal(await world.spend(token), true);
		const again = async (who: typeof by) => [
			await world.sso.answered(granted, who),
			await world.sso.answered(denied, who),
		];
		const told = [
			{ decision: "granted", used: true, url: `https://app.example/cb?x=1&loginToken=${token}` },
			refused,
		];
		world.advance(59_999);
		assert.deepEqual(await again(by), told);
		assert.deepEqual(await again(other), [undefined, undefined]);
		assert.equal(await world.sso.deny(granted, other), undefined);
		assert.deepEqual(await world.sso.deny(granted, by), told[0], "what was answered stays");
		world.advance(1);
		assert.deepEqual(await again(by), [undefined, undefined]);
	});

	test("is answered by nobody whose browser was signed out meanwhile", async () => {
		await using world = await opened();
		const id = await world.sso.begin({ redirectUrl, action: "login" });
		const by = await world.by();
		await world.storage.write((unit) => unit.browserSessions.end(by.browser));
		assert.equal(await world.sso.approve(id, by), "signed-out");
		assert.equal(await world.sso.deny(id, by), "signed-out");
		assert.equal((await world.sso.pending(id))?.id, id);
	});

	test("has a token that another key does not make", async () => {
		await using world = await opened();
		const id = await world.sso.begin({ redirectUrl, action: "login" });
		const by = await world.by();
		const token = tokenIn(await world.sso.approve(id, by));
		assert.notEqual(tokenIn(await world.other.answered(id, by)), token);
		assert.equal(await world.spend(tokenIn(await world.other.answered(id, by))), false);
	});
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { random } from "../../test/support/people-world.ts";
import { openTemporaryStorage, seedAccount, tableRows } from "../../test/support/storage.ts";
import { startUpstreamProvider } from "../../test/support/upstream-provider.ts";
import { silentLog } from "../log/index.ts";
import { createOutbound } from "../outbound/index.ts";
import { front } from "../resume/index.ts";
import { createUpstream } from "./upstream.ts";

interface Coming {
	readonly isLinked: boolean;
	/** Whether somebody signed in here shows anew who they are there. */
	readonly proves?: boolean;
	/** Whether the service's word on their sign-out comes at the last moment: once it was looked for, before anything begins. */
	readonly isSignedOut: boolean;
}

/** Somebody comes back with an answer. Tells what they are let in by, and what was written. */
async function come({ isLinked, proves = false, isSignedOut }: Coming) {
	const storage = await openTemporaryStorage();
	const provider = await startUpstreamProvider();
	const outbound = createOutbound();
	try {
		const publicBase = "http://localhost:8008/";
		provider.serve(publicBase);
		provider.person = "s-1";
		const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
		const its = { provider: "company", issuer: provider.issuer, subject: "s-1" };
		if (isLinked) await storage.write((unit) => unit.accountLinks.add({ ...its, accountId, linkedAt: 1 }));
		const upstreamStays = {
			...storage.read.upstreamStays,
			async isOver() {
				const at = Date.now() + 60_000;
				const end = { ...its, until: at, wordHash: "word", expiresAt: at };
				if (isSignedOut) await storage.write((unit) => unit.upstreamEnds.note(end));
				return false;
			},
		};
		const upstream = createUpstream<typeof storage.read>({
			...{ clock: Date.now, random, log: silentLog, newRateLimiter: storage.newRateLimiter, outbound },
			...{ publicBase, serverName: "localhost" },
			config: [provider.config({ onLogout: "logout_all" })],
			storage: { read: { ...storage.read, upstreamStays }, write: (work) => storage.write(work) },
			endAdministering: async () => 0,
			endSession: async () => undefined,
		});
		const begun = await upstream.begin({
			...{ provider: "company", to: front, cookie: undefined, address: "192.0.2.1" },
			intent: proves ? { kind: "prove", accountId, browser: "b", generation: 0 } : { kind: "sign-in" },
		});
		assert.ok(begun.ok);
		const { left } = await provider.browser().open(begun.url);
		const query = left?.searchParams ?? assert.fail("nobody is sent back");
		const { cookie } = begun;
		const arrived = await upstream.arrive({ provider: "company", query, cookie, address: "192.0.2.1" });
		const rows = async (table: string) => (await tableRows(storage.place, table)).length;
		return {
			is: arrived.ok ? arrived.is : arrived.reason,
			stays: await rows("upstream_stays"),
			arrivals: await rows("upstream_arrivals"),
		};
	} finally {
		outbound.close();
		await provider[Symbol.asyncDispose]();
		await storage.close();
	}
}

describe("who is signed out there at the moment at which they come", () => {
	for (const [who, coming, is, arrivals] of [
		["who is known", { isLinked: true }, "known", 0],
		["who is new", { isLinked: false }, "new", 1],
		["who shows once more that it is them", { isLinked: true, proves: true }, "shown", 0],
	] as const)
		test(`comes to nothing: ${who}`, async () => {
			assert.deepEqual(await come({ ...coming, isSignedOut: false }), { is, stays: 1, arrivals });
			assert.deepEqual(await come({ ...coming, isSignedOut: true }), {
				...{ is: "refused", stays: 0, arrivals: 0 },
			});
		});
});

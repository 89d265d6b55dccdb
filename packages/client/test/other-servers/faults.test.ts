/** A reset on each kind of server there is, when something goes wrong with the server, the network, or time. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	clientErrorCode,
	memoryPendingStore,
	prepareIdentityReset,
	resumeIdentityReset,
} from "../../src/index.ts";
import { openPlainApp } from "../support/plain-app.ts";
import { type Fault, onlyKey, type ServerKind, serverKinds } from "../support/servers/index.ts";
import { assertReplaced, failure, openOtherServer } from "./world.ts";

const minute = 60_000;
const isUpload = (path: string) => path.endsWith("/keys/device_signing/upload");

/** What is wrong with the server from the tenth second to the hundredth. */
const troubles: readonly (readonly [string, Fault])[] = [
	[
		"asks for fewer requests",
		({ path }) =>
			isUpload(path)
				? { status: 429, body: { errcode: "M_LIMIT_EXCEEDED", error: "", retry_after_ms: 7000 } }
				: undefined,
	],
	["fails", () => ({ status: 500, body: { errcode: "M_UNKNOWN", error: "Internal server error" } })],
	["is a gateway's page", () => ({ status: 502, body: "<h1>Bad Gateway</h1>" })],
	["cannot be reached", () => "drop"],
];

/** Kinds of which the person sees a page; of the two with MAS one. */
const withPages = serverKinds.filter(
	({ name, by }) => (by === "approval" || by === "fallback page") && name !== "Synapse before 1.146 with MAS",
);

function kindNamed(name: string): ServerKind {
	const kind = serverKinds.find((one) => one.name === name);
	assert.ok(kind);
	return kind;
}

/** Takes only one form of answer, gives one use of an approval, and forgets everything when it is restarted. */
const strictest = kindNamed("continuwuity");

for (const kind of withPages) {
	describe(`on ${kind.name}, a reset`, () => {
		test("is asked again by a server that has forgotten it, and completes", async () => {
			await using world = await openOtherServer(kind);
			const { server, app, time, options, shown } = world;
			time.at(minute, async () => {
				await server.approve(shown[0] ?? "");
				if (kind.forgets) server.restart();
			});
			time.at(3 * minute, () => server.approve(shown.at(-1) ?? ""));
			const outcome = await (await prepareIdentityReset(app)).run(options);
			await assertReplaced(world, outcome);
			assert.equal(shown.length, kind.forgets ? 2 : 1);
		});

		test("begun by a program that ended is gone on with, although the server has forgotten it", async () => {
			await using world = await openOtherServer(kind);
			const { server, app, time, options, shown } = world;
			const over = new AbortController();
			time.at(minute, () => over.abort());
			const reset = await prepareIdentityReset(app);
			await failure(reset.run({ ...options, signal: over.signal }), clientErrorCode.aborted);
			server.restart();
			const again = await resumeIdentityReset(app);
			assert.equal(again?.masterKey, reset.masterKey);
			time.at(3 * minute, () => server.approve(shown.at(-1) ?? ""));
			const outcome = await again.run(options);
			assert.equal(outcome.masterKey, reset.masterKey);
			await assertReplaced(world, outcome);
		});

		test("that is given up leaves everything as it was, to the byte", async () => {
			await using world = await openOtherServer(kind);
			const { app, time, options, kept } = world;
			const before = [kept(), app.dump()];
			const over = new AbortController();
			time.at(minute, () => over.abort());
			const reset = await prepareIdentityReset({ ...app, oldBackup: "delete-after-success" });
			const error = await failure(reset.run({ ...options, signal: over.signal }), clientErrorCode.aborted);
			assert.deepEqual([error.safe, error.resumable], [true, true]);
			await reset.abandon();
			assert.deepEqual([kept(), app.dump()], before);
			assert.equal(await resumeIdentityReset(app), undefined);
		});

		test("notices that another device was faster, and leaves that one's identity alone", async () => {
			await using world = await openOtherServer(kind);
			const { server, app, time, options, shown } = world;
			const phone = { ...(await openPlainApp(server)), store: memoryPendingStore() };
			const { sleep, jitter, now } = app.session;
			const other = await prepareIdentityReset({
				...phone,
				session: { ...phone.session, sleep, jitter, now },
			});
			const pages: string[] = [];
			time.at(minute, async () => {
				await other.run({
					...options,
					async present({ url }) {
						pages.push(url);
						await server.approve(url);
					},
				});
			});
			const slower = (await prepareIdentityReset(app)).run(options);
			const error = await failure(slower, clientErrorCode.keysReplacedElsewhere);
			assert.deepEqual([error.safe, error.resumable], [false, false]);
			assert.equal(onlyKey(server.account.identity.get("master")), other.masterKey);
			assert.deepEqual([shown.length, pages.length], [1, 1]);
			assert.equal(await app.store.get(), undefined, "keys that lead nowhere are forgotten");
		});
	});
}

for (const kind of serverKinds) {
	describe(`on ${kind.name}, a yes`, () => {
		test("that keeps the old keys is found out, and nothing else was touched", async () => {
			await using world = await openOtherServer(kind);
			const { server, app, options, kept } = world;
			const before = [kept(), app.dump()];
			server.lies = true;
			const reset = await prepareIdentityReset(app);
			const run = reset.run({ ...options, present: ({ url }) => server.approve(url) });
			const error = await failure(run, clientErrorCode.keysNotStored);
			assert.deepEqual([error.step, error.safe, error.resumable], ["upload", true, true]);
			assert.deepEqual([kept(), app.dump()], before);
		});

		test("whose answer is lost counts", async () => {
			await using world = await openOtherServer(kind);
			const { server, app, time, options } = world;
			const { fetch: _, ...session } = app.session;
			let lost = 0;
			const lossy = async (url: string, init: RequestInit) => {
				const response = await fetch(url, init);
				if (!isUpload(new URL(url).pathname) || response.status !== 200 || lost > 0) return response;
				lost++;
				throw new TypeError("fetch failed");
			};
			const reset = await prepareIdentityReset({ ...app, session: { ...session, fetch: lossy } });
			const outcome = await reset.run({ ...options, present: ({ url }) => server.approve(url) });
			await assertReplaced(world, outcome);
			assert.equal(lost, 1);
			assert.ok(time.elapsed() < minute);
		});
	});
}

describe("on the strictest of them, a reset", () => {
	const kind = strictest;

	for (const [what, trouble] of troubles)
		test(`waits while the server ${what}`, async () => {
			await using world = await openOtherServer(kind);
			const { server, app, time, options, shown } = world;
			time.at(10_000, () => {
				server.fault = trouble;
			});
			time.at(100_000, () => {
				server.fault = undefined;
			});
			time.at(2 * minute, () => server.approve(shown[0] ?? ""));
			await assertReplaced(world, await (await prepareIdentityReset(app)).run(options));
			assert.equal(shown.length, 1);
		});

	test("expires where nobody agrees, changes nothing, and completes later with the same keys", async () => {
		await using world = await openOtherServer(kind);
		const { server, app, time, options, shown, kept } = world;
		const before = [kept(), app.dump()];
		const reset = await prepareIdentityReset(app);
		const error = await failure(
			reset.run({ ...options, timeoutMs: 3 * minute }),
			clientErrorCode.approvalExpired,
		);
		assert.deepEqual([error.safe, error.resumable], [true, true]);
		assert.deepEqual([kept(), app.dump()], before);
		time.at(4 * minute, () => server.approve(shown.at(-1) ?? ""));
		const outcome = await reset.run(options);
		assert.equal(outcome.masterKey, reset.masterKey);
		await assertReplaced(world, outcome);
	});

	test("whose token ends in the wait goes on with a new one", async () => {
		await using world = await openOtherServer(kind);
		const { server, app, time, options, shown } = world;
		let device = app.device;
		const rejected: string[] = [];
		const accessToken = async (hint?: { readonly rejected: string }) => {
			if (hint !== undefined) {
				rejected.push(hint.rejected);
				device = server.signIn(device.deviceId);
			}
			return device.accessToken;
		};
		time.at(minute, () => {
			server.renew(device);
		});
		time.at(2 * minute, () => server.approve(shown[0] ?? ""));
		const reset = await prepareIdentityReset({ ...app, session: { ...app.session, accessToken } });
		await assertReplaced(world, await reset.run(options));
		assert.deepEqual(rejected, [app.device.accessToken]);
	});

	for (const skewMs of [-26 * 60 * minute, 26 * 60 * minute])
		test(`does not mind a clock that is ${skewMs / 60 / minute} hours off`, async () => {
			await using world = await openOtherServer(kind, { skewMs });
			const { server, app, time, options, shown } = world;
			time.at(minute, () => server.approve(shown[0] ?? ""));
			await assertReplaced(world, await (await prepareIdentityReset(app)).run(options));
		});
});

test("a server that never has the password right asks three times, and everything is as before", async () => {
	const kind = kindNamed("a server with passwords");
	await using world = await openOtherServer(kind);
	const { app, options, kept } = world;
	const before = [kept(), app.dump()];
	const attempts: number[] = [];
	const password = async (attempt: number) => `guess ${attempts.push(attempt)}`;
	const run = (await prepareIdentityReset(app)).run({ ...options, password });
	const error = await failure(run, clientErrorCode.approvalDenied);
	assert.deepEqual([error.safe, attempts], [true, [1, 2, 3]]);
	assert.deepEqual([kept(), app.dump()], before);
});

/**
 * Synapse is killed before, during and after an approved upload, and between the three writes it consists of. The reset
 * completes when the app tries again: one identity, and no second approval.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Fate, Passing } from "../support/between.ts";
import { identityOf } from "../support/device-crypto.ts";
import { guardedPath, openGuardWorld } from "../support/guard-world.ts";
import { liesUnread } from "../support/lies-unread.ts";
import type { LoggedInDevice } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";
import { slowDownSecondWrite } from "../support/synapse-writes.ts";
import { until } from "../support/until.ts";

describe("Synapse is killed around an approved upload", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	const { synapse, toSynapse, upload, alice } = world;
	let identity = "first";

	/** Asks and approves, and puts off to the test what happens to the upload on its way. */
	async function approved(name: string, onSent: (passing: Passing) => Fate | Promise<Fate>) {
		const device = await world.login();
		const { path } = await world.askAndApprove(device, name);
		toSynapse.decide((passing) => (isSend(passing) ? onSent(passing) : "pass"));
		return { device, path };
	}

	const isSend = ({ path }: Passing) => path.startsWith(`${guardedPath}?user_id=`);
	const heal = () => toSynapse.decide(() => "pass");

	/** The app polls as it does: it is told to wait until the keys are there, and then that they are. */
	async function pollUntilStored(device: LoggedInDevice, name: string): Promise<void> {
		const { status, body } = await upload(device, name);
		if (status === 401) {
			assert.deepEqual(body.flows[0].stages, ["m.oauth"]);
			world.advance(60_000);
			const again = await upload(device, name);
			assert.equal(again.status, 200, JSON.stringify(again.body));
		} else assert.equal(status, 200, JSON.stringify(body));
		identity = name;
	}

	/** One identity, the approved one; one approval, spent; and the page knows. */
	async function isComplete(path: string, before: string): Promise<void> {
		assert.equal(await world.identityNow([before, identity]), identity);
		const reference = path.split("/").at(-1);
		const rows = await world.server.rows("reset_requests");
		const row = rows.find((each) => each.reference === reference);
		assert.equal(row?.state, "spent");
		const events = await world.server.rows("security_events");
		const about = (kind: string) =>
			events.filter((event) => event.kind === kind && String(event.detail).includes(String(reference)))
				.length;
		assert.deepEqual([about("reset-approved"), about("identity-replaced")], [1, 1]);
		assert.equal((await alice.open(path)).title, "Almost done: the app is finishing");
	}

	test("before it arrives", async () => {
		const before = identity;
		const { device, path } = await approved("killed before", async (): Promise<Fate> => {
			await synapse.kill();
			return "cut-before";
		});
		assert.equal((await upload(device, "killed before")).status, 401);
		heal();
		assert.equal((await upload(device, "killed before")).status, 401, "while it is away the app waits");
		await synapse.restart();
		assert.equal(await world.identityNow([before, "killed before"]), before);
		await pollUntilStored(device, "killed before");
		await isComplete(path, before);
	});

	test("before anything was asked of it: then nobody waits longer than for its return", async () => {
		const before = identity;
		const device = await world.login();
		const { path } = await world.askAndApprove(device, "killed early");
		await synapse.kill();
		for (let poll = 0; poll < 3; poll++) {
			const { status, body } = await upload(device, "killed early");
			assert.deepEqual([status, body.flows?.length], [401, 2]);
		}
		await synapse.restart();
		assert.equal((await upload(device, "killed early")).status, 200);
		identity = "killed early";
		await isComplete(path, before);
	});

	test("while it lies there unread", async () => {
		const before = identity;
		let killed: Promise<void> | undefined;
		const { device, path } = await approved("killed unread", async (): Promise<Fate> => {
			await synapse.freeze();
			killed = until(() => liesUnread(synapse.port)).then(() => synapse.kill());
			return "pass";
		});
		assert.equal((await upload(device, "killed unread")).status, 401);
		heal();
		await killed;
		await synapse.restart();
		await pollUntilStored(device, "killed unread");
		await isComplete(path, before);
	});

	test("between its writes: the master key is stored, the self-signing key is not, the connection is dead", async () => {
		const before = identity;
		const name = "killed between";
		const slow = slowDownSecondWrite(synapse);
		const { device, path } = await approved(name, () => "pass");
		const { userId } = world.phone;
		const waiting = upload(device, name);
		await slow.firstIsStored(identityOf(userId, name).master.publicKey);
		await synapse.kill();
		assert.equal((await waiting).status, 401);
		slow.heal();
		await synapse.restart();
		assert.equal(await world.identityNow([before, name]), "mixed", "half of it was written");
		const sent = toSynapse.seen.length;
		await pollUntilStored(device, name);
		const sends = toSynapse.seen.slice(sent).filter(isSend);
		assert.equal(sends.length, 1);
		assert.equal(
			"master_key" in JSON.parse(sends[0]?.body ?? "{}"),
			false,
			"what is there is not sent again",
		);
		await isComplete(path, before);
	});

	test("after everything was written, before it could say so", async () => {
		const before = identity;
		const { device, path } = await approved("killed after", () => "cut-after");
		assert.equal((await upload(device, "killed after")).status, 401);
		heal();
		await synapse.kill();
		await synapse.restart();
		assert.equal(await world.identityNow([before, "killed after"]), "killed after");
		const sent = toSynapse.seen.length;
		await pollUntilStored(device, "killed after");
		assert.equal(toSynapse.seen.slice(sent).filter(isSend).length, 0, "nothing is sent again");
		await isComplete(path, before);
	});

	test("an answer that is rubbish, a redirect, or somebody else's error is no answer", async () => {
		const before = identity;
		const rubbish = [
			{ status: 200, body: "<html>" },
			{ status: 200, body: "[]" },
			{ status: 302, body: "{}" },
			{ status: 502, body: JSON.stringify({ error: "bad gateway" }) },
			{ status: 503, body: JSON.stringify({ errcode: "M_UNKNOWN", error: "starting" }) },
			{ status: 429, body: JSON.stringify({ errcode: "M_LIMIT_EXCEEDED", error: "slow down" }) },
		];
		const asking = await approved("rubbish", () => rubbish.shift() ?? "pass");
		let { device } = asking;
		while (rubbish.length > 0) {
			assert.equal((await upload(device, "rubbish")).status, 401);
			assert.equal(await world.identityNow([before, "rubbish"]), before);
			world.advance(60_000);
			device = await world.renew(device);
		}
		await pollUntilStored(device, "rubbish");
		await isComplete(asking.path, before);
	});
});

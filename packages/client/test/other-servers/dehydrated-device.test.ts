/** A dehydrated device that is left from the identity before. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { prepareIdentityReset, type ResetStep, type ResetWishes } from "../../src/index.ts";
import { serverKinds } from "../support/servers/index.ts";
import { assertReplaced, type OtherServer, openOtherServer } from "./world.ts";

const path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";
const step = "replace-dehydrated-device";

describe("after a reset by an app that has no dehydrated devices", () => {
	/** What was asked about the device. */
	let asked: string[];
	let steps: ResetStep[];
	beforeEach(() => {
		asked = [];
		steps = [];
	});

	async function open(): Promise<OtherServer> {
		const [kind] = serverKinds;
		assert.ok(kind);
		const world = await openOtherServer(kind);
		const keys = { user_id: world.app.device.userId, device_id: "WAITING", dehydrated: true, keys: {} };
		world.server.account.devices.set("WAITING", { deviceId: "WAITING", keys, oneTimeKeys: {} });
		return world;
	}

	async function reset({ app, options, server }: OtherServer, wishes: ResetWishes = {}) {
		const agreeing = {
			...options,
			present: ({ url }: { readonly url: string }) => server.approve(url),
			onStep: (next: ResetStep) => void steps.push(next),
		};
		return (await prepareIdentityReset({ ...app, ...wishes })).run(agreeing);
	}

	/** Answers for the device as the server would. */
	function serve({ server }: OtherServer, kept: () => object | undefined): void {
		server.fault = ({ method, path: at }) => {
			if (at !== path) return undefined;
			asked.push(method);
			if (method === "DELETE") server.account.devices.delete("WAITING");
			return { status: kept() === undefined ? 404 : 200, body: kept() ?? {} };
		};
	}

	for (const recovery of [undefined, { kind: "none" }] as const)
		test(`it is deleted, once, at the very end (${recovery?.kind ?? "with a new key"})`, async () => {
			await using world = await open();
			serve(world, () => ({ device_id: "WAITING" }));
			await reset(world, { recovery });
			assert.deepEqual(asked, ["GET", "DELETE"]);
			assert.deepEqual([steps.at(-1), steps.filter((each) => each === step).length], [step, 1]);
			const before = asked.length;
			await reset(world, { recovery });
			assert.equal(asked.length, before, "nothing is asked where there is none");
		});

	test("another one that was put there meanwhile is left alone", async () => {
		await using world = await open();
		serve(world, () => ({ device_id: "OF-ANOTHER-APP" }));
		await assertReplaced(world, await reset(world));
		assert.deepEqual(asked, ["GET", "GET", "GET"]);
	});

	test("a server that shows it and knows nothing of it does not keep the reset from its end", async () => {
		await using world = await open();
		await assertReplaced(world, await reset(world));
		assert.equal(steps.filter((each) => each === step).length, 3);
	});
});

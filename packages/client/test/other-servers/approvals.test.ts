/** A reset on each kind of server there is, whenever the person agrees. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { prepareIdentityReset } from "../../src/index.ts";
import { serverKinds } from "../support/servers/index.ts";
import { assertReplaced, openOtherServer } from "./world.ts";

const minute = 60_000;

for (const kind of serverKinds) {
	describe(`on ${kind.name}, a reset`, () => {
		const asksPerson = kind.by === "approval" || kind.by === "fallback page";

		test("completes", async () => {
			await using world = await openOtherServer(kind);
			const { server, app, time, options, shown } = world;
			const reset = await prepareIdentityReset(app);
			const outcome = await reset.run({
				...options,
				async present(challenge) {
					await options.present(challenge);
					assert.equal(challenge.fingerprint !== undefined, kind.by === "approval");
					await server.approve(challenge.url);
				},
			});
			await assertReplaced(world, outcome);
			assert.equal(shown.length, asksPerson ? 1 : 0);
			assert.ok(time.elapsed() < 10_000, `${time.elapsed()} ms`);
		});

		test("takes the old backup away where that was wished for, and only at its end", async () => {
			await using world = await openOtherServer(kind);
			const { server, app, options, first } = world;
			const versions = () => server.account.backups.map(({ version }) => version);
			const steps: string[] = [];
			const reset = await prepareIdentityReset({ ...app, oldBackup: "delete-after-success" });
			const outcome = await reset.run({
				...options,
				present: ({ url }) => server.approve(url),
				onStep(step) {
					steps.push(step);
					assert.ok(versions().includes(first.backupVersion ?? ""), `it is there before ${step}`);
				},
			});
			assert.equal(steps.at(-1), "delete-old-backup");
			assert.deepEqual(versions(), [outcome.backupVersion]);
			assert.notEqual(outcome.backupVersion, first.backupVersion);
			const aside = server.account.accountData.has("countersign.previous_backup");
			assert.equal(aside, false, "no key is set aside for what is gone");
		});

		if (!asksPerson) return;

		for (const [when, ms] of [
			["after half a minute", minute / 2],
			["ten minutes later", 10 * minute],
		] as const)
			test(`completes when the person agrees ${when}, on one page`, {
				skip: !asksPerson && "nobody is asked",
			}, async () => {
				await using world = await openOtherServer(kind);
				const { server, app, time, options, shown } = world;
				time.at(ms, () => server.approve(shown[0] ?? ""));
				const outcome = await (await prepareIdentityReset(app)).run(options);
				await assertReplaced(world, outcome);
				assert.equal(shown.length, 1);
				assert.ok(time.elapsed() - ms <= 10_000, "it is noticed within two looks");
			});

		test("completes at a press of the person's, where nobody looks by itself", {
			skip: !asksPerson && "nobody is asked",
		}, async () => {
			await using world = await openOtherServer(kind);
			const { server, app, time, options } = world;
			const outcome = await (await prepareIdentityReset(app)).run({
				...options,
				poll: "manual",
				present({ url, checkNow }) {
					time.at(minute, () => server.approve(url).then(checkNow));
				},
			});
			await assertReplaced(world, outcome);
			assert.ok(time.elapsed() < 1.2 * minute, `${time.elapsed()} ms`);
		});
	});
}

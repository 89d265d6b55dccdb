import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import type { Answer } from "../test/support/scripted-server.ts";
import { challenge, stored, uploading } from "../test/support/uploading.ts";
import { virtualTime } from "../test/support/virtual-time.ts";
import type { ApprovalChallenge } from "./index.ts";
import { systemSleep } from "./platform.ts";

const limited = (retryAfter: string): Answer => ({
	status: 429,
	body: { errcode: "M_LIMIT_EXCEEDED", error: "" },
	headers: { "retry-after": retryAfter },
});

describe("looks come", () => {
	test("3 s after the challenge, then 3 s apart and up to 2 s more", async (t) => {
		const script = [challenge(), challenge(), challenge(), stored];
		const plain = await uploading(t, script);
		await plain.outcome;
		assert.deepEqual(plain.askedAt, [0, 3_000, 6_000, 9_000]);
		const spread = await uploading(t, script, { jitter: () => 0.5 });
		await spread.outcome;
		assert.deepEqual(spread.askedAt, [0, 3_000, 7_000, 11_000]);
	});

	test("at once when asked for, but not more often than once a second", async (t) => {
		const time = virtualTime();
		const shown: ApprovalChallenge[] = [];
		const ask = () => shown[0]?.checkNow();
		for (const ms of [2_000, 2_010, 2_020, 2_500]) time.at(ms, ask);
		const present = (one: ApprovalChallenge) => void shown.push(one);
		const { outcome, askedAt } = await uploading(
			t,
			[challenge(), challenge(), challenge(), stored],
			{ present },
			time,
		);
		await outcome;
		assert.deepEqual(askedAt, [0, 2_000, 3_000, 6_000]);
	});

	test("only when asked for, and at the deadline, in manual mode", async (t) => {
		const time = virtualTime();
		const shown: ApprovalChallenge[] = [];
		time.at(100_000, () => shown[0]?.checkNow());
		const present = (one: ApprovalChallenge) => void shown.push(one);
		const { outcome, askedAt } = await uploading(t, [challenge()], { present, poll: "manual" }, time);
		await expectCode(outcome, "approval-expired");
		assert.deepEqual(askedAt, [0, 100_000, 101_000, 900_000], "both forms of the answer, once");
	});

	test("not before the time a server asks for, whoever asks", async (t) => {
		const time = virtualTime();
		const shown: ApprovalChallenge[] = [];
		time.at(5_000, () => shown[0]?.checkNow());
		const present = (one: ApprovalChallenge) => void shown.push(one);
		const { outcome, askedAt } = await uploading(t, [challenge(), limited("60"), stored], { present }, time);
		await outcome;
		assert.deepEqual(askedAt, [0, 3_000, 63_000]);
	});

	test("after the older retry_after_ms, too", async (t) => {
		const older: Answer = {
			status: 429,
			body: { errcode: "M_LIMIT_EXCEEDED", error: "", retry_after_ms: 8_000 },
		};
		const { outcome, askedAt } = await uploading(t, [challenge(), older, stored]);
		await outcome;
		assert.deepEqual(askedAt, [0, 3_000, 11_000]);
	});
});

describe("the wait", () => {
	const passing: readonly (readonly [string, Answer])[] = [
		["a rate limit", limited("1")],
		["a rate limit without a body", { status: 429, body: "" }],
		["a server error", { status: 500, body: { errcode: "M_UNKNOWN", error: "" } }],
		["a gateway's page", { status: 502, body: "<html>" }],
		["a captive portal that says 200", { status: 200, body: "<html>welcome</html>" }],
		["a proxy's bare 401", { status: 401, body: "" }],
		["a dropped connection", "drop"],
	];
	for (const [what, answer] of passing) {
		test(`is not ended by ${what}, not even ten in a row`, async (t) => {
			const { outcome } = await uploading(t, [challenge(), ...Array<Answer>(10).fill(answer), stored]);
			assert.deepEqual(await outcome, { outcome: "stored", approval: "given" });
		});

		test(`does not begin while there is only ${what}`, async (t) => {
			const { outcome, server } = await uploading(t, [answer]);
			await assert.rejects(outcome, { name: "CountersignClientError" });
			assert.equal(server.seen.length, 4);
		});
	}

	test("survives a first failure that passes", async (t) => {
		const { outcome } = await uploading(t, ["drop", limited("2"), stored]);
		assert.deepEqual(await outcome, { outcome: "stored", approval: "not-needed" });
	});

	test("ends at the deadline, after a last look", async (t) => {
		const { outcome, askedAt } = await uploading(t, [challenge()], { timeoutMs: 10_000 });
		assert.equal((await expectCode(outcome, "approval-expired")).safe, true);
		assert.deepEqual(askedAt, [0, 3_000, 6_000, 9_000, 10_000]);
	});

	test("ends at the deadline without another look when the server wants quiet for longer", async (t) => {
		const { outcome, askedAt, time } = await uploading(t, [challenge(), limited("86400")]);
		await expectCode(outcome, "approval-expired");
		assert.deepEqual(askedAt, [0, 3_000]);
		assert.equal(time.elapsed(), 900_000);
	});

	test("cannot say that nothing happened when the last answer was lost", async (t) => {
		const { outcome } = await uploading(t, [challenge(), "drop"], { timeoutMs: 4_000 });
		assert.equal((await expectCode(outcome, "approval-expired")).safe, false);
	});

	test("can say so again after the next challenge", async (t) => {
		const { outcome } = await uploading(t, [challenge(), "drop", challenge()], { timeoutMs: 7_000 });
		assert.equal((await expectCode(outcome, "approval-expired")).safe, true);
	});
});

test("a woken sleep leaves no timer behind", async () => {
	const timers = () => process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
	const before = timers();
	const woken = new AbortController();
	const sleeping = systemSleep(3_600_000, woken.signal);
	assert.equal(timers(), before + 1);
	woken.abort();
	await sleeping;
	assert.equal(timers(), before);
	await systemSleep(3_600_000, woken.signal);
	assert.equal(timers(), before, "one that is woken before it begins");
});

test("a sleep that nobody wakes ends when its time has come", async () => {
	const begun = performance.now();
	await systemSleep(20, new AbortController().signal);
	assert.ok(performance.now() - begun >= 19);
});

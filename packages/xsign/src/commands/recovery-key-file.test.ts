import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Asked } from "../command.ts";
import { Refusal, type RefusalCode } from "../refusal.ts";
import type { Report } from "../report/index.ts";
import { keepRecoveryKey, recoveryKeyFileOf } from "./recovery-key-file.ts";

type Told = Parameters<Report["tell"]>[0];

const recoveryKey = "EsTx aaaa bbbb";

/** A person, or a program, and what happened to it in order. */
function asking({ isTerminal = true, json = false, file = "" } = {}) {
	const happened: (Told | { readonly question: string })[] = [];
	const enter = Promise.withResolvers<string>();
	const asked: Asked = {
		...{ operand: undefined, isTerminal, signal: new AbortController().signal, now: () => 0 },
		option: (name) => (name === "save-recovery-key" && file !== "" ? file : undefined),
		flag: (name) => json && name === "json",
		askSecret: () => assert.fail("no secret is needed"),
		askLine(question) {
			happened.push({ question });
			return enter.promise;
		},
		report: { tell: (told) => void happened.push(told), close() {} },
		state: undefined as unknown as Asked["state"],
	};
	return { asked, happened, enter };
}

function refused(work: Promise<unknown>, code: RefusalCode): Promise<void> {
	return assert.rejects(work, (error) => error instanceof Refusal && error.code === code);
}

function folder() {
	const path = mkdtempSync(join(tmpdir(), "countersign-key-"));
	return { path: join(path, "key"), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe("a new recovery key", () => {
	test("is shown once to whoever sits there, and counts as kept only after Enter", async () => {
		const { asked, happened, enter } = asking();
		assert.equal(await recoveryKeyFileOf(asked), undefined);
		let isKept = false;
		const kept = keepRecoveryKey(asked, recoveryKey, undefined).then(() => {
			isKept = true;
		});
		await new Promise((resolve) => setImmediate(resolve));
		assert.deepEqual(happened, [
			{ event: "recovery-key", recoveryKey },
			{ question: "Press Enter once you have written it down. " },
		]);
		assert.equal(isKept, false, "whoever waits for this switches nothing yet");
		enter.resolve("");
		await kept;
		assert.equal(happened.length, 2, "it is shown once");
	});

	test("is not kept where the person goes away instead", async () => {
		const { asked, enter } = asking();
		const kept = keepRecoveryKey(asked, recoveryKey, undefined);
		enter.reject(new Refusal("no-answer"));
		await refused(kept, "no-answer");
	});

	for (const [who, nobody] of [
		["a program that reads lines of JSON, on a terminal too", { json: true }],
		["a program", { isTerminal: false }],
	] as const)
		test(`is not shown to ${who}`, async () => {
			const { asked, happened, enter } = asking(nobody);
			enter.resolve("");
			await refused(recoveryKeyFileOf(asked), "nowhere-to-save");
			await refused(keepRecoveryKey(asked, recoveryKey, undefined), "nowhere-to-save");
			assert.deepEqual(happened, []);
		});

	test("is in its file for its owner alone, once, and never over another one", async () => {
		using file = folder();
		const { asked, happened } = asking({ isTerminal: false, file: file.path });
		assert.equal(await recoveryKeyFileOf(asked), file.path);
		await keepRecoveryKey(asked, recoveryKey, file.path);
		assert.equal(readFileSync(file.path, "utf8"), `${recoveryKey}\n`);
		assert.equal(statSync(file.path).mode & 0o777, 0o600);
		await keepRecoveryKey(asked, recoveryKey, file.path);
		const saved = { event: "recovery-key-saved", file: file.path };
		assert.deepEqual(happened, [saved, saved], "after a crash it is the same one");
		await refused(recoveryKeyFileOf(asked), "file-exists");
		writeFileSync(file.path, "another key\n");
		await refused(keepRecoveryKey(asked, recoveryKey, file.path), "file-exists");
		assert.equal(readFileSync(file.path, "utf8"), "another key\n");
	});
});

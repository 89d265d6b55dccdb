/** What the checks say where everything is answered in one way. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { findingsOf, now, setup } from "../../../test/support/doctor-setup.ts";
import type { Reply } from "../question.ts";
import { checks } from "./index.ts";

/** Checks that say nothing are left out; of long lines their beginning is compared. */
const known: Readonly<
	Record<
		string,
		{
			readonly status: number;
			readonly json: Readonly<Record<string, unknown>> | null;
			readonly says: Readonly<Record<string, readonly string[]>>;
		}
	>
> = JSON.parse(readFileSync(join(import.meta.dirname, "answers.json"), "utf8"));

describe("where every answer is", () => {
	for (const [name, { status, json, says }] of Object.entries(known))
		test(name, () => {
			const body = { status, json: json ?? undefined, text: "" };
			const reply: Reply = { ok: true, ...body, headers: {}, receivedAt: now };
			const said = checks.map((check) => {
				const lines = findingsOf(check, () => reply).map((line) => line.slice(0, 300));
				return [check.id, lines] as const;
			});
			assert.deepEqual(Object.fromEntries(said.filter(([, lines]) => lines.length > 0)), says);
		});
});

test("Synapse reaches Countersign where it knows no stranger and has the metadata, and not otherwise", () => {
	const endpoint = checks.find(({ id }) => id === "synapse-endpoint") ?? assert.fail();
	const found = (whoami: string, metadata: number) =>
		endpoint
			.judge({
				...{ setup, certificates: new Map(), data: { ok: true }, now },
				reply: ({ url }): Reply => ({
					ok: true,
					...{ text: "", headers: {}, receivedAt: now },
					...(url.endsWith("whoami")
						? { status: 401, json: { errcode: whoami } }
						: { status: metadata, json: {} }),
				}),
			})
			?.map((one) => one.found.replace(/.*\/(\w+) .*/, "$1"));
	assert.deepEqual(found("M_UNKNOWN_TOKEN", 499), []);
	assert.deepEqual(found("M_UNKNOWN_TOKEN", 500), ["auth_metadata"]);
	assert.deepEqual(found("M_UNKNOWN", 200), ["whoami"]);
});

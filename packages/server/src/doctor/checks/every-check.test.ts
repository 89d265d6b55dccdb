/** What every check asks, after which others it stands, and what it says where nobody answers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { findingsOf, now, setup } from "../../../test/support/doctor-setup.ts";
import type { Question, Reply } from "../question.ts";
import { checks } from "./index.ts";

const silence: Reply = { ok: false, why: "unreachable (ECONNREFUSED)", timedOut: false };

/** Many are the same paths at one place after the other. */
function shown(questions: readonly Question[]): readonly string[] {
	const each = questions.map(({ method, url, headers, body }) => {
		const more = [headers, body].filter((part) => part !== undefined && JSON.stringify(part) !== "{}");
		return [`${method} ${url}`, ...more.map((part) => JSON.stringify(part))]
			.join(" ")
			.replace(/"x-countersign-doctor":"[^"]+"/, '"x-countersign-doctor":"a proof"');
	});
	if (each.length < 12) return each;
	const places = new Map<string, string[]>();
	for (const line of each) {
		const [, before = "", place = "", path = ""] = /^(\w+ )(https?:\/\/[^/]+)(.*)$/.exec(line) ?? [];
		places.set(before + path, [...(places.get(before + path) ?? []), place]);
	}
	return [...places].map(([what, at]) => `${what} at ${at.join(" ")}`);
}

/** In their order. */
const known: Readonly<
	Record<
		string,
		{ readonly after: readonly string[]; readonly asks: readonly string[]; readonly says: readonly string[] }
	>
> = JSON.parse(readFileSync(join(import.meta.dirname, "every-check.json"), "utf8"));

test("the checks are these, in this order", () => {
	assert.deepEqual(
		checks.map(({ id }) => id),
		Object.keys(known),
	);
});

describe("what is asked, after what, and said where nobody answers:", () => {
	for (const check of checks)
		test(check.id, () =>
			assert.deepEqual(
				{ after: check.after, asks: shown(check.asks(setup)), says: findingsOf(check, () => silence) },
				known[check.id],
			),
		);
});

test("apps in browsers may read what is for everybody, or for them, and nothing else", () => {
	const cors = checks.find(({ id }) => id === "cors") ?? assert.fail();
	const allowing = (origin?: string) =>
		findingsOf(cors, () => ({
			...{ ok: true, status: 200, json: {}, text: "", receivedAt: now },
			headers: origin === undefined ? {} : { "access-control-allow-origin": origin },
		}));
	for (const origin of ["*", "https://app.example"]) assert.deepEqual(allowing(origin), []);
	for (const origin of ["https://other.example", "*, *", undefined])
		assert.match(
			allowing(origin)[1] ?? "",
			new RegExp(`Allow-Origin: ${origin?.replaceAll("*", "\\*") ?? "missing"}`),
		);
});

test("who has the secret is told what a token is worth, and nobody else", () => {
	const introspection = checks.find(({ id }) => id === "introspection") ?? assert.fail();
	const answered = (active: unknown, ofStranger: number, ofSynapse = 200) =>
		introspection
			.judge({
				...{ setup, certificates: new Map(), data: { ok: true }, now },
				reply: ({ headers }) => ({
					...{ ok: true, json: { active }, text: "", headers: {}, receivedAt: now },
					status: headers.authorization === "Bearer a-secret-of-two-servers" ? ofSynapse : ofStranger,
				}),
			})
			?.map(({ found }) => found.slice(0, 20));
	assert.deepEqual(answered(false, 401), []);
	assert.deepEqual(answered(false, 200), ["with a wrong secret "]);
	for (const wrong of [answered(true, 401), answered(undefined, 401), answered(false, 401, 500)])
		assert.deepEqual(wrong, ["with this secret POS"]);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseForm } from "../http/index.ts";
import { createSentTwice, formId } from "./sent-twice.ts";

const moment = 15_000;

function place() {
	let [now, works] = [1_800_000_000_000, 0];
	const sent = createSentTwice(() => now);
	return {
		advance: (ms: number) => {
			now += ms;
		},
		works: () => works,
		async told(form: string, text: string, isDone = true) {
			const answer = await sent.answer(form, async () => {
				works += 1;
				return { answer: new Response(text), isDone };
			});
			return answer.text();
		},
		sent,
	};
}

describe("a form that is sent twice", () => {
	test("at once is worked on once, whatever comes of it", async () => {
		const { told, works } = place();
		for (const isDone of [true, false]) {
			const before = works();
			const all = await Promise.all(["one", "two", "three"].map((text) => told("form", text, isDone)));
			assert.deepEqual([new Set(all).size, works() - before], [1, 1]);
		}
		const others = await Promise.all([told("a", "one"), told("b", "two")]);
		assert.deepEqual(others, ["one", "two"]);
	});

	test("later is done again where it can be, and else told what was answered when it could", async () => {
		const { told, advance } = place();
		assert.equal(await told("form", "wrong", false), "wrong");
		assert.equal(await told("form", "done"), "done");
		assert.equal(await told("form", "done again"), "done again");
		advance(moment);
		assert.equal(await told("form", "wrong", false), "done again");
		assert.equal(await told("other", "wrong", false), "wrong");
		advance(1);
		assert.equal(await told("form", "wrong", false), "wrong");
	});

	test("is told nothing from a time that is still to come", async () => {
		const { told, advance } = place();
		await told("form", "done");
		advance(-moment - 1);
		assert.equal(await told("form", "wrong", false), "wrong");
	});

	test("of a thousand and one the oldest is forgotten", async () => {
		const { told } = place();
		for (let nth = 0; nth <= 1_000; nth++) await told(`${nth}`, "done");
		assert.equal(await told("1", "wrong", false), "done");
		await told("one more", "done");
		assert.equal(await told("0", "wrong", false), "wrong");
	});

	test("is asked again after one that failed", async () => {
		const { told, sent } = place();
		await assert.rejects(
			sent.answer("form", () => Promise.reject(new Error("broken"))),
			/broken/,
		);
		assert.equal(await told("form", "done"), "done");
	});
});

test("two forms are the same by browser, place and every field", () => {
	const form = parseForm("a=1&b=2");
	const id = formId(["browser"], "/x", form);
	assert.equal(formId(["browser"], "/x", parseForm("a=1&b=2")), id);
	const others = [
		formId(["browser", "begun"], "/x", form),
		formId(["other"], "/x", form),
		formId(["browser"], "/x?y", form),
		formId(["browser"], "/x", parseForm("a=1&b=3")),
		formId(["browser"], "/x", parseForm("a=1")),
		formId(["browser"], "/x", parseForm("a=1&c=2")),
	];
	assert.equal(new Set([id, ...others]).size, 7);
});

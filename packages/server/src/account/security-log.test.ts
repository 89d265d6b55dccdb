import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { inEnglish } from "../../test/support/in-english.ts";
import type { SecurityEvent } from "../audit/index.ts";
import { eventWords } from "./pages/event-words.ts";
import { securityLogPage } from "./pages/security-log.ts";

const event = (at: number, id: string): SecurityEvent => ({
	...{ id, accountId: asAccountId("a"), at, kind: "device-signed-out", detail: {} },
});

test("why an app was signed out is told apart", () => {
	const words = [
		"signed-out",
		"revoked",
		"replaced",
		"code-replayed",
		"account-closed",
		"never heard of",
	].map((reason) => eventWords({ kind: "device-signed-out", detail: { reason } }).text);
	assert.equal(new Set(words).size, words.length);
});

const all = { group: undefined, deviceId: undefined };
const log = { paged: false, filter: all, devices: [], now: 2 };

test("what a line says of device and request is shown as text", () => {
	const hostile = {
		...event(1, "x"),
		deviceId: asDeviceId("<b>\u202eid"),
		detail: { request: '"><script>' },
	};
	const text = inEnglish(securityLogPage({ ...log, events: [hostile] }).body);
	assert.doesNotMatch(text, /<b>|<script|\u202e/);
	assert.match(text, /&lt;b&gt;id/);
});

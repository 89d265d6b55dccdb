import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { byPerson } from "../../test/support/actors.ts";
import { inEnglish } from "../../test/support/in-english.ts";
import type { LoggedEvent, SecurityEvent } from "../audit/index.ts";
import { eventWords } from "./pages/event-words.ts";
import { securityLogPage } from "./pages/security-log.ts";

const event = (at: number, id: string): SecurityEvent => ({
	...{ id, accountId: asAccountId("a"), at, kind: "device-signed-out", actor: byPerson, detail: {} },
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

test("who did it is in words, with the name that an app or the system gives; an old line says nothing of it", () => {
	const words = (who: Partial<LoggedEvent>) => {
		const { actor: _, ...old } = event(1, "e");
		const page = securityLogPage({ ...log, events: [{ ...old, ...who }] });
		const shown = inEnglish(page.body).replaceAll(/<\/?bdi>/g, "");
		return /<span class="whole">(by .*?)<\/span>/.exec(shown)?.[1];
	};
	const app = { kind: "app", clientId: "c" } as const;
	assert.equal(words({}), undefined);
	assert.equal(words({ actor: byPerson }), "by you");
	assert.equal(words({ actor: app, appName: "Element <X>\u202e" }), "by the app “Element &lt;X&gt;”");
	assert.equal(words({ actor: app }), "by an app");
	assert.equal(words({ actor: { kind: "operator", name: "anna\u202e" } }), "by the operator anna");
	assert.equal(words({ actor: { kind: "service" } }), "by a service of the homeserver");
	assert.equal(words({ actor: { kind: "somebody" } }), "by somebody unknown");
	assert.equal(
		words({ actor: { kind: "server", because: "expiry" } }),
		"by this server, when the time was over",
	);
	assert.equal(
		words({ actor: { kind: "server", because: "homeserver" } }),
		"by this server, because the homeserver said so",
	);
});

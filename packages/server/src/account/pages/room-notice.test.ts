import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { inEnglish } from "../../../test/support/in-english.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { compatSsoPage } from "./compat-sso.ts";
import { roomNotice } from "./room-notice.ts";

const day = 86_400_000;
const now = 100 * day;
const old: DeviceSession = {
	...{ id: asSessionId("S"), accountId: asAccountId("A"), clientId: "C", deviceId: asDeviceId("OLD<b>") },
	...{
		clientName: "Old <b>app",
		lasting: false,
		compat: false,
		scope: "",
		createdAt: 1,
		lastUsedAt: now - 9 * day,
	},
};

test("where there is room nothing is said; what gives way is named, and when it was used", () => {
	assert.equal(roomNotice({ room: [], now }), undefined);
	const said = inEnglish(roomNotice({ room: [old], now }) ?? assert.fail());
	assert.match(said, /If you allow this, a device is signed out/);
	assert.match(said, /Old &lt;b&gt;app/);
	assert.match(said, /<code>OLD&lt;b&gt;<\/code>, last used .*9 days ago/);
});

test("where there is none the devices are the way on, and the page takes no yes", () => {
	const said = inEnglish(roomNotice({ room: undefined, now }) ?? assert.fail());
	assert.match(said, /as many devices as this server lets you/);
	assert.match(said, /href="\/account\/devices"/);
	const site = { kind: "website", origin: "https://app.example" } as const;
	const sso = {
		id: "a",
		userId: "@ann:example.org",
		csrf: "t",
		asks: undefined,
		switchAccount: roomNotice({ room: [old], now }),
	};
	const answers = (room: readonly DeviceSession[] | undefined) => {
		const { body } = compatSsoPage({
			...sso,
			switchAccount: sso.switchAccount ?? assert.fail(),
			site,
			room,
			now,
		});
		return [...inEnglish(body).matchAll(/name="decision" value="(\w+)"/g)].map(([, answer]) => answer).sort();
	};
	assert.deepEqual(
		[answers([]), answers([old]), answers(undefined)],
		[["approve", "deny"], ["approve", "deny"], ["deny"]],
	);
});

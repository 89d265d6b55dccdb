import { asAccountId, asSessionId, type WithdrawalReason } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { resetPage } from "../../src/account/pages/reset.ts";
import { agreedPage, leavingPage } from "../../src/account/pages/reset-leaving.ts";
import { type ListedRequest, resetListPage } from "../../src/account/pages/reset-list.ts";
import type { Asking, ResetContext, ResetStage } from "../../src/account/pages/reset-view.ts";
import type { PageView } from "../../src/pages/index.ts";

const newKey = "EmkqvokUn8p+vQAGZitOk4PWjp7Ukp3txV2TbMPEiBQ";
const oldKey = "DMoMlIfULjBoFaT1BCvyTp28ILTK6fKGMd9VKSfpQcE";
const reasons: readonly WithdrawalReason[] = [
	"session-ended",
	"newer-approval",
	"newer-request",
	"account-closed",
	"account-locked",
	"password-changed",
	"factor-added",
	"token-refreshed",
	"proof-reset",
];

/** A sample page, shown as it is made. */
interface Sample {
	readonly name: string;
	readonly view: PageView;
}

/** States of the approval page that only a homeserver elsewhere, other people's names or chance bring about. */
export function resetViews(now: number): readonly Sample[] {
	const shown = (
		stage: ResetStage,
		changed: Partial<Asking> = {},
		more: Partial<ResetContext> = {},
	): PageView =>
		resetPage({
			...stage,
			...{ now, path: "/account/reset/reference", csrf: "t", asks: undefined },
			signedInAs: "@alice:localhost",
			asking: { ...askingOf(now), ...changed },
			...more,
		});
	const failed = { stage: "failed", reason: "M_INVALID_SIGNATURE: <b>no</b>\u202e", endedAt: now } as const;
	const waiting = { stage: "waiting", warnings: [], expiresAt: now + 600_000 } as const;
	const denied = { stage: "denied", takenBack: false, reopenUntil: now + 600_000 } as const;
	const unanswered = { currentKey: undefined, backup: undefined };
	const withdrawn = reasons.map((reason) => {
		const signedOut = reason === "session-ended" || reason === "account-closed";
		return {
			name: `reset-withdrawn-${reason}`,
			view: shown({ stage: "withdrawn", reason, endedAt: now }, { signedOut }),
		};
	});
	return [
		{
			name: "reset-objectable",
			view: shown({ stage: "objectable", usableFrom: now + 82_800_000, expiresAt: now + 83_400_000 }),
		},
		{
			name: "reset-waiting-without-factor",
			view: shown(waiting, {}, { addFactor: "/account/second-factor" }),
		},
		{ name: "reset-denied-without-factor", view: shown(denied, {}, { addFactor: "/account/second-factor" }) },
		{ name: "reset-waiting-unanswered", view: shown(waiting, unanswered) },
		{ name: "reset-other-address", view: shown({ ...waiting, warnings: ["other-address"] }, elsewhere) },
		{ name: "reset-renewal", view: shown(waiting, { currentKey: newKey }) },
		{ name: "reset-names-right-to-left", view: shown(waiting, rightToLeft) },
		{ name: "reset-names-long", view: shown(waiting, long) },
		{ name: "reset-name-quoting", view: shown(waiting, quoting) },
		{
			name: "reset-names-none",
			view: shown(waiting, { app: {}, device: { deviceId: asDeviceId("PHONEOFALICE"), id: "PHONEOFALICE" } }),
		},
		{ name: "reset-backup-held", view: shown(waiting, { backup: { state: "held", keys: 1_204 } }) },
		{ name: "reset-backup-back", view: shown(denied, { putBack: "whole" }) },
		{ name: "reset-backup-comes-back", view: shown(denied, { backup: { state: "held", keys: 1_204 } }) },
		{ name: "reset-backup-aside", view: shown(denied, { putBack: "aside" }) },
		{ name: "reset-backup-back-in-part", view: shown(denied, { putBack: "in-part" }) },
		{
			name: "reset-backup-back-run-out",
			view: shown({ stage: "expired", endedAt: now }, { putBack: "whole" }),
		},
		{ name: "reset-spending", view: shown({ stage: "spending" }) },
		{ name: "reset-failed", view: shown(failed) },
		{ name: "reset-failed-in-part", view: shown(failed, { currentKey: newKey }) },
		{ name: "reset-failed-unknown", view: shown(failed, unanswered) },
		{
			name: "reset-unchecked",
			view: shown({ stage: "replaced", progress: "unknown", endedAt: now }, unanswered),
		},
		{
			name: "reset-list-namesakes",
			view: resetListPage({ now, requests: [listedOf("7438291056AB", now), listedOf("PHONEOFALICE", now)] }),
		},
		...withdrawn,
		{ name: "reset-leaving", view: leavingPage("https://matrix.example.org/fallback") },
		{ name: "reset-agreed", view: agreedPage({ request: "/account/reset/reference" }) },
	];
}

function askingOf(now: number): Asking {
	return {
		reference: "reference",
		app: { name: "Example App", host: "app.example" },
		device: { deviceId: asDeviceId("PHONEOFALICE"), id: "PHONEOFALICE", name: "Alice's phone" },
		...{ signedInAt: now - 36_000_000, signedInAddress: "192.0.2.7", signedOut: false },
		...{ askedAt: now - 60_000, lastAskedAt: now, address: "192.0.2.7", browserAddress: "192.0.2.7" },
		...{ newKey, currentKey: oldKey, backup: { state: "there", keys: 7 } },
	};
}

/** A device by a name that another one has, too. */
function listedOf(id: string, now: number): ListedRequest {
	const deviceId = asDeviceId(id);
	return {
		device: { deviceId, id, name: rightToLeft.device.name, hasNamesake: true },
		warnings: ["new-device"],
		request: {
			...{ reference: id, uiaSession: id, accountId: asAccountId("alice"), sessionId: asSessionId(id) },
			...{ deviceId, digest: "digest", keys: {}, masterKey: newKey, createdAt: now, lastUploadAt: now },
			...{ state: "pending", expiresAt: now + 600_000 },
		},
	};
}

const elsewhere = { address: "2001:db8:7:1:a8c4:11ff:fe02:9b31", browserAddress: "192.0.2.7" };
const rightToLeft = {
	app: { name: "עברית בלבד", host: "app.example" },
	device: { deviceId: asDeviceId("7438291056AB"), id: "7438291056AB", name: "الهاتف 12" },
};
const long = {
	app: { name: `${"An app that has much to say of itself ".repeat(2).slice(0, 59)}…`, host: longHost() },
	device: {
		deviceId: asDeviceId("x"),
		id: "x".repeat(60),
		name: `${"phone-of-somebody-without-spaces".repeat(3).slice(0, 79)}…`,
	},
};
const quoting = {
	app: { name: "Element from element.io” says it is from element.io. Verified by", host: "evil.example" },
};

function longHost(): string {
	return `${"a-name-that-goes-on-and-on.".repeat(4)}example.org`;
}

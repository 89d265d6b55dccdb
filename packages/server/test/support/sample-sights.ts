import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { passwordRefusal, throttled } from "../../src/account/messages.ts";
import { answeredPage } from "../../src/account/pages/answered.ts";
import { devicePage } from "../../src/account/pages/device.ts";
import { signOutDevicePage } from "../../src/account/pages/device-sign-out.ts";
import { devicesPage } from "../../src/account/pages/devices.ts";
import { askedPage, forgottenPage } from "../../src/account/pages/forgotten.ts";
import { keptBackupPage } from "../../src/account/pages/kept-backup.ts";
import { linkCodePage } from "../../src/account/pages/link-code.ts";
import { notMePage } from "../../src/account/pages/not-me.ts";
import { passwordElsewherePage } from "../../src/account/pages/password.ts";
import { registerPage } from "../../src/account/pages/register.ts";
import { registerAddressPage, registerCodePage } from "../../src/account/pages/register-address.ts";
import { closedWindowPage, resetWindowPage } from "../../src/account/pages/reset-window.ts";
import { type SecurityLogView, securityLogPage } from "../../src/account/pages/security-log.ts";
import { signInPage } from "../../src/account/pages/sign-in.ts";
import { signOutForm } from "../../src/account/pages/sign-out-form.ts";
import { termsPage } from "../../src/account/pages/terms.ts";
import type { LoggedEvent, SecurityEventKind } from "../../src/audit/index.ts";
import type { PageView } from "../../src/pages/index.ts";
import type { SessionOnDevice } from "../../src/sessions/index.ts";
import { say } from "../../src/words/index.ts";
import { factorViews } from "./factor-sights.ts";
import { lostViews } from "./lost-sights.ts";
import { passkeyViews } from "./passkey-sights.ts";
import { upstreamViews } from "./upstream-sights.ts";

interface Sample {
	readonly name: string;
	readonly view: PageView;
}

/** States that take a lock, a theft or much patience to bring about. */
export function rareViews(now: number): readonly Sample[] {
	const signedOut = {
		csrf: "t",
		to: { kind: "front" } as const,
		serverName: "localhost",
		canRegister: false,
		hasMail: false,
	};
	const switchAccount = signOutForm({
		label: say("common.use-another-account"),
		csrf: "t",
		next: { kind: "link" },
	});
	const minutesAgo = now - 3 * 60_000;
	return [
		{
			name: "reset-window-replaced",
			view: resetWindowPage({
				...{ userId: "@alice:localhost", csrf: "t", asks: undefined, isReplaced: true },
			}),
		},
		{
			name: "forgotten-of-directory",
			view: forgottenPage({ csrf: "t", typed: "", hasDirectory: true }),
		},
		{ name: "forgotten-sent-of-directory", view: askedPage({ hasDirectory: true }) },
		{ name: "password-of-directory", view: passwordElsewherePage() },
		{ name: "reset-window-closed", view: closedWindowPage({ until: now + 7 * 60_000, now }) },
		{
			name: "not-me-window",
			view: notMePage({
				...{ what: say("log.reset-window-opened"), at: minutesAgo, now, userId: "@alice:localhost" },
				...{ isWindowOpen: true, token: "x.y", csrf: "t" },
			}),
		},
		{
			name: "sign-in-locked",
			view: signInPage({
				...{ ...signedOut, username: "alice" },
				error: { field: "password", text: passwordRefusal({ ok: false, reason: "locked" }) },
			}),
		},
		{
			name: "sign-in-by-address",
			view: signInPage({
				...{ ...signedOut, username: "alice@example.org", byAddress: true },
				error: { field: "password", text: say("sign-in.no-match-either") },
			}),
		},
		{
			name: "register-address",
			view: registerAddressPage({
				...{ csrf: "t", to: signedOut.to, username: "alice", typed: "alice@example", token: "" },
				error: { field: "email", text: say("email.no-address") },
			}),
		},
		{
			name: "register-code",
			view: registerCodePage({
				...{ csrf: "t", forgetCsrf: "t", to: signedOut.to, username: "" },
				begun: { address: "alice.with.a.long.name@mail.example.org", key: "k" },
				wrong: say("email.code-wrong"),
			}),
		},
		{
			name: "register-with-address",
			view: registerPage({
				...{ csrf: "t", forgetCsrf: "t", to: signedOut.to, username: "alice", serverName: "localhost" },
				mailbox: { address: "alice.with.a.long.name@mail.example.org", key: "k" },
			}),
		},
		{
			name: "register-captcha",
			view: withoutOutside(
				registerPage({
					...{ csrf: "t", forgetCsrf: "t", to: signedOut.to, username: "alice", serverName: "localhost" },
					captcha: { script: "", hosts: [], element: "h-captcha", siteKey: "k" },
					error: { field: "captcha", text: say("register.captcha-missing") },
				}),
			),
		},
		{
			name: "link-throttled",
			view: linkCodePage({ code: "BCDF-GHJK", csrf: "t", problem: throttled(42_000), switchAccount }),
		},
		{
			name: "terms-again",
			view: termsPage({
				...{ csrf: "t", to: signedOut.to, problem: say("terms.missing") },
				terms: { url: "https://example.org/terms", version: "2027-01" },
				signOut: signOutForm({ label: say("browsers.sign-out-here"), csrf: "t" }),
			}),
		},
		...answeredViews(),
		{ name: "security-who", view: securityLogPage(logOfEverybody(now)) },
		...keptViews(now),
		...passkeyViews(now),
		...factorViews(now),
		...lostViews(now),
		...upstreamViews(now),
	];
}

/** A line by each kind of actor, with names that try what a name can, and one of before anybody wrote it down. */
function logOfEverybody(now: number): SecurityLogView {
	const line = (kind: SecurityEventKind, more: Partial<LoggedEvent> = {}): LoggedEvent => ({
		...{
			id: kind,
			accountId: asAccountId("account"),
			at: now - 3_600_000,
			kind,
			address: "192.0.2.7",
			detail: {},
		},
		...more,
	});
	const app = { kind: "app", clientId: "client" } as const;
	const anna = { kind: "operator", name: "anna" } as const;
	const events: readonly LoggedEvent[] = [
		line("device-signed-in", { actor: app, appName: "Example App", deviceId: asDeviceId("PHONEOFALICE") }),
		line("reset-asked", {
			actor: app,
			appName: `אלמנט” by you ${"W".repeat(80)}`,
			deviceId: asDeviceId("PHONEOFALICE"),
		}),
		line("refresh-token-late", { actor: app }),
		line("reset-approved", { actor: { kind: "person" } }),
		line("account-locked", { actor: anna }),
		line("account-unlocked", { actor: { ...anna, name: "m".repeat(64) } }),
		line("sign-in-refused", { actor: { kind: "somebody" } }),
		line("identity-replaced-by-service", { actor: { kind: "service" } }),
		line("reset-expired", { actor: { kind: "server", because: "expiry" } }),
		line("account-deactivated", { actor: { kind: "server", because: "homeserver" } }),
		line("reset-data-held", { actor: app, appName: "Example App", deviceId: asDeviceId("PHONEOFALICE") }),
		line("reset-data-back", { actor: { kind: "server", because: "undo" } }),
		line("reset-data-back-in-part", { actor: { kind: "server", because: "undo" } }),
		line("reset-data-kept", { actor: { kind: "server", because: "undo" } }),
		line("reset-data-wanted", { actor: { kind: "server", because: "undo" } }),
		line("reset-data-dropped", { actor: { kind: "server", because: "undo" } }),
		line("reset-data-opened", { actor: { kind: "person" }, deviceId: asDeviceId("PHONEOFALICE") }),
		line("reset-data-deleted", { actor: { kind: "person" } }),
		line("account-registered"),
	];
	return { events, paged: false, filter: { group: undefined, deviceId: undefined }, devices: [], now };
}

/** What follows an answer to an app. The page that opens an app by itself is shown without that: nothing is there to open. */
function answeredViews(): readonly Sample[] {
	const app = "org.example.app:/callback?code=x";
	const website = "https://app.example/callback?code=x";
	return [
		{ name: "answered-app", view: still(answeredPage({ decision: "granted", url: app, used: false })) },
		{ name: "answered-website", view: answeredPage({ decision: "granted", url: website, used: false }) },
		{ name: "answered-used", view: answeredPage({ decision: "granted", url: app, used: true }) },
		{ name: "answered-refused", view: still(answeredPage({ decision: "refused", url: app, used: false })) },
	];
}

/** Nothing is asked of the service: its box is empty. */
function withoutOutside({ outside: _, ...view }: PageView): PageView {
	return view;
}

function still({ opens: _, ...view }: PageView): PageView {
	return view;
}

/** An app without a device, and a device whose credentials turned up twice: signed out, its keys kept for a day. */
function keptViews(now: number): readonly Sample[] {
	const device: SessionOnDevice = {
		...{
			id: asSessionId("session"),
			accountId: asAccountId("account"),
			clientId: "client",
			deviceId: asDeviceId("PHONEOFALICE"),
			scope: "",
		},
		...{ lasting: false, compat: false, createdAt: now - 86_400_000, lastUsedAt: now - 3_600_000 },
		...{ clientName: "Example App", clientUri: "https://app.example/", lastAddress: "192.0.2.7" },
		keptUntil: now + 80_000_000,
	};
	const proof = { csrf: "t", asks: { password: true } };
	const { keptUntil: _, ...signedIn } = device;
	const without = { ...signedIn, deviceId: null };
	return [
		{
			name: "devices-without",
			view: devicesPage({ userId: "@alice:localhost", devices: [{ device: without }], kept: [], now }),
		},
		{ name: "device-without", view: devicePage({ device: without, isAdmin: false, waiting: [], now }) },
		{ name: "device-without-sign-out", view: signOutDevicePage({ ...proof, device: without }) },
		{
			name: "devices-kept",
			view: devicesPage({ userId: "@alice:localhost", devices: [], kept: [{ device }], now }),
		},
		{ name: "device-kept", view: devicePage({ device, isAdmin: false, waiting: [], now }) },
		{ name: "device-kept-remove", view: signOutDevicePage({ ...proof, device }) },
		...keptBackups(device, now),
	];
}

/** What is kept from before a reset: asked about, let read, at a homeserver that does not answer, and nothing. */
function keptBackups(device: SessionOnDevice, now: number): readonly Sample[] {
	const hold = {
		...{ reference: "hold", accountId: asAccountId("account"), floor: 2, devices: [] },
		...{ isBack: false, endedAt: now - 86_400_000, until: now + 6 * 86_400_000 },
	};
	const laptop = { ...device, id: asSessionId("laptop"), deviceId: asDeviceId("LAPTOP") };
	const read = { ...hold, reading: { sessionId: laptop.id, until: now + 540_000 } };
	const view = {
		...{ kept: [{ hold, keys: 1_234 }], csrf: "t", now, asks: { password: true } },
		devices: [{ device, name: "Phone" }, { device: laptop }],
		chosen: laptop.deviceId,
	};
	const unanswered = { hold, keys: undefined };
	const wrong = { field: "password", text: passwordRefusal({ ok: false, reason: "wrong" }) };
	return [
		{ name: "kept-backup", view: keptBackupPage(view) },
		{ name: "kept-backup-wrong", view: keptBackupPage({ ...view, problem: wrong }) },
		{
			name: "kept-backup-opened",
			view: keptBackupPage({ ...view, kept: [{ hold: read, keys: 1_234 }], asks: undefined }),
		},
		{
			name: "kept-backup-unanswered",
			view: keptBackupPage({ ...view, kept: [unanswered, unanswered], devices: [], chosen: undefined }),
		},
		{
			name: "kept-backup-back",
			view: keptBackupPage({ ...view, kept: [{ hold: { ...hold, isBack: true }, keys: 1_234 }] }),
		},
		{ name: "kept-backup-none", view: keptBackupPage({ ...view, kept: [] }) },
	];
}

import { asSessionId, type SessionId } from "@countersign/core";
import { administers, asDeviceId } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import {
	type DeviceSession,
	expectedEnd,
	type OwnDevices,
	type SessionRules,
	type Sessions,
} from "../sessions/index.ts";
import { deviceNames } from "./device-names.ts";
import { asItSignedIn, type FoundDevice, findNamed, type Named } from "./find-device.ts";
import { type WaitingStorage, waitingRequests } from "./home.ts";
import { devicePage, noSuchDevice } from "./pages/device.ts";
import { signOutDevicePage } from "./pages/device-sign-out.ts";
import { devicesPage } from "./pages/devices.ts";
import type { HomeserverView, SessionFacts } from "./ports.ts";
import {
	asksProof,
	needsNoProof,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface DevicesDeps extends SignedInPostDeps {
	readonly storage: WaitingStorage & { readonly read: { readonly sessionFacts: SessionFacts } };
	readonly sessions: Pick<Sessions, "listOf" | "listKept" | "findDevice" | "findWithoutDevice">;
	readonly homeserver: Pick<HomeserverView, "deviceNames">;
	readonly ownDevices: Pick<OwnDevices, "signOut">;
	/** How sessions live. */
	readonly rules: SessionRules;
	readonly clock: Clock;
}

/**
 * GET /account/devices, GET and POST /account/devices/{deviceId}, and for what has no device
 * /account/sessions/{sessionId}. Links to these pages can be made by anybody who knows a device id, so opening one never
 * acts, and acting takes a recent proof.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4191
 */
export function createDevicesRoutes(deps: DevicesDeps): Hono<Env> {
	const signOut = signedInPost<FoundDevice | SignedOutDevice>(deps, {
		find: (c, visitor) => findToSignOut(deps, c, visitor),
		purpose: (found) => purposeOf("over" in found ? found.over : found.device.id),
		choose: ({ visitor: { address }, found }) => {
			if ("over" in found) return needsNoProof(async () => seeOther("/account/devices"));
			return needsProof("sign-out-device", async (proof) => {
				await deps.ownDevices.signOut({ sessionId: found.device.id, proof, address });
				return seeOther("/account/devices");
			});
		},
		again: ({ visitor, found }, refusal) =>
			"over" in found ? visitor.problem(noSuchDevice) : confirmSignOut(deps, { visitor, found, refusal }),
	});
	return new Hono<Env>()
		.get("/account/devices", (c) => list(deps, c))
		.get("/account/devices/:deviceId", (c) => show(deps, c))
		.post("/account/devices/:deviceId", signOut)
		.get("/account/sessions/:sessionId", (c) => show(deps, c))
		.post("/account/sessions/:sessionId", signOut);
}

function namedIn(c: Context<Env>): Named {
	const sessionId = c.req.param("sessionId");
	return sessionId === undefined
		? { deviceId: asDeviceId(c.req.param("deviceId") ?? "") }
		: { sessionId: asSessionId(sessionId) };
}

/** Of whose session the form was for that is sent: the same form, sent a moment before, has ended it. */
interface SignedOutDevice {
	readonly over: SessionId;
}

/** The form's token, which is good for that session alone, shows that it was this person's. */
async function findToSignOut(
	deps: DevicesDeps,
	c: Context<Env>,
	visitor: SignedInVisitor,
): Promise<FoundDevice | SignedOutDevice | Response> {
	const named = namedIn(c);
	const found = await findNamed(deps, visitor, named);
	if (!(found instanceof Response)) return found;
	const over = asSessionId(c.req.query("of") ?? "");
	const before = await deps.storage.read.sessionFacts.find(over);
	const isIt = "deviceId" in named ? before?.deviceId === named.deviceId : over === named.sessionId;
	return before?.ended === true && isIt ? { over } : found;
}

async function list(deps: DevicesDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { userId, browserSession } = met.visitor;
	const { id } = browserSession.account;
	const nameOf = await deviceNames(deps.homeserver, id);
	const now = deps.clock();
	const named = (devices: readonly DeviceSession[]) =>
		Promise.all(
			devices.map(async (device) => ({
				...{ device, name: nameOf(await asItSignedIn(deps, device)) },
				endsAt: device.keptUntil === undefined ? expectedEnd(device, deps.rules, now) : undefined,
			})),
		);
	return met.visitor.show(
		devicesPage({
			userId,
			devices: await named(await deps.sessions.listOf(id)),
			kept: await named(await deps.sessions.listKept(id)),
			now,
		}),
	);
}

async function show(deps: DevicesDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const found = await findNamed(deps, visitor, namedIn(c));
	if (found instanceof Response) return found;
	const { device, name } = found;
	if (c.req.query("delete") !== undefined) return confirmSignOut(deps, { visitor, found });
	const now = deps.clock();
	const waiting = await waitingRequests(deps.storage, device.accountId, now);
	return visitor.show(
		devicePage({
			device,
			deviceName: name,
			isAdmin: administers(device.scope),
			waiting: waiting.filter(({ sessionId }) => sessionId === device.id),
			now,
		}),
	);
}

async function confirmSignOut(
	deps: DevicesDeps,
	asked: {
		readonly visitor: SignedInVisitor;
		readonly found: FoundDevice;
		readonly refusal?: Refusal;
	},
): Promise<Response> {
	const { visitor, found, refusal } = asked;
	const view = signOutDevicePage({
		device: found.device,
		deviceName: found.name,
		csrf: visitor.csrf(purposeOf(found.device.id)),
		asks: await asksProof(deps, "sign-out-device", visitor),
		problem: refusal,
	});
	return visitor.show(view, refusal?.options);
}

/** The form is good for the session it was shown for, not for one that took over the device since. */
function purposeOf(sessionId: SessionId): string {
	return `sign-out-device ${sessionId}`;
}

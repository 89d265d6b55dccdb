import type { Homeserver } from "@countersign/core";
import { administers } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { DeviceSession, Sessions } from "../sessions/index.ts";
import { deviceNames } from "./device-names.ts";
import { type WaitingStorage, waitingRequests } from "./home.ts";
import { devicePage, noSuchDevice } from "./pages/device.ts";
import { signOutDevicePage } from "./pages/device-sign-out.ts";
import { devicesPage } from "./pages/devices.ts";
import type { SessionFacts } from "./ports.ts";
import { checkProof, needsPassword, type ProofDeps, type RefusedProof } from "./proof.ts";
import type { SignedInVisitor, Visitors } from "./visitor.ts";

export interface DevicesDeps extends ProofDeps {
	readonly storage: WaitingStorage & { readonly read: { readonly sessionFacts: SessionFacts } };
	readonly sessions: Pick<Sessions, "listOf" | "listKept" | "findDevice" | "end">;
	readonly homeserver: Pick<Homeserver, "deviceNames">;
	readonly visitors: Visitors;
	readonly clock: Clock;
}

/**
 * GET /account/devices, GET and POST /account/devices/{deviceId}. Links to these pages can be made by anybody who
 * knows a device id, so opening one never acts, and acting takes a recent proof.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4191
 */
export function createDevicesRoutes(deps: DevicesDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/devices", (c) => list(deps, c))
		.get("/account/devices/:deviceId", (c) => show(deps, c, c.req.param("deviceId")))
		.post("/account/devices/:deviceId", (c) => signOut(deps, c, c.req.param("deviceId")));
}

async function list(deps: DevicesDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { userId, browserSession } = met.visitor;
	const { id } = browserSession.account;
	const nameOf = await deviceNames(deps.homeserver, id);
	const named = (devices: readonly DeviceSession[]) =>
		Promise.all(devices.map(async (device) => ({ device, name: nameOf(await known(deps, device)) })));
	return met.visitor.show(
		devicesPage({
			userId,
			devices: await named(await deps.sessions.listOf(id)),
			kept: await named(await deps.sessions.listKept(id)),
			now: deps.clock(),
		}),
	);
}

async function show(deps: DevicesDeps, c: Context<Env>, deviceId: string): Promise<Response> {
	const found = await findDevice(deps, c, deviceId);
	if (!found.ok) return found.answer;
	const { visitor, device, name } = found;
	if (c.req.query("delete") !== undefined) return confirmSignOut(found);
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

async function signOut(deps: DevicesDeps, c: Context<Env>, deviceId: string): Promise<Response> {
	const found = await findDevice(deps, c, deviceId);
	if (!found.ok) return found.answer;
	const { visitor, device } = found;
	const received = await visitor.receive(purposeOf(device));
	if (!received.ok) return received.answer;
	const proof = await checkProof(deps, visitor, received);
	if (!proof.ok) return confirmSignOut(found, proof);
	const { id: sessionId, accountId } = device;
	await deps.sessions.end({ sessionId, accountId, reason: "signed-out", address: visitor.address });
	return seeOther("/account/devices");
}

interface FoundDevice {
	readonly ok: true;
	readonly visitor: SignedInVisitor;
	readonly device: DeviceSession;
	readonly name: string | undefined;
}

async function findDevice(
	deps: DevicesDeps,
	c: Context<Env>,
	deviceId: string,
): Promise<FoundDevice | { readonly ok: false; readonly answer: Response }> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met;
	const { visitor } = met;
	const device = await deps.sessions.findDevice(visitor.browserSession.account.id, deviceId);
	if (device === undefined) return { ok: false, answer: visitor.problem(noSuchDevice) };
	const nameOf = await deviceNames(deps.homeserver, device.accountId);
	return { ok: true, visitor, device, name: nameOf(await known(deps, device)) };
}

function confirmSignOut({ visitor, device, name }: FoundDevice, refused?: RefusedProof): Response {
	const view = signOutDevicePage({
		device,
		deviceName: name,
		csrf: visitor.csrf(purposeOf(device)),
		passwordNeeded: needsPassword(visitor),
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}

/** The form is good for the session it was shown for, not for one that took over the device since. */
function purposeOf(device: DeviceSession): string {
	return `sign-out-device ${device.id}`;
}

async function known({ storage }: DevicesDeps, { id, deviceId }: DeviceSession) {
	return { deviceId, deviceName: (await storage.read.sessionFacts.find(id))?.deviceName };
}

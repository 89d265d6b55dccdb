import { HomeserverUnavailable } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, type Form, safeText, seeOther } from "../http/index.ts";
import type { SessionOnDevice } from "../sessions/index.ts";
import { say } from "../words/index.ts";
import { type FindDeviceDeps, type FoundDevice, findDevice } from "./find-device.ts";
import { unavailableOptions } from "./messages.ts";
import { noSuchDevice } from "./pages/device.ts";
import { deviceNamePage } from "./pages/device-name.ts";
import { devicePath } from "./pages/device-words.ts";
import type { DeviceNaming } from "./ports.ts";
import { isResetUnderWay, type ResetUnderWayStorage } from "./reset-under-way.ts";
import { needsNoProof, type Refusal, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface DeviceNameDeps extends SignedInPostDeps, Omit<FindDeviceDeps, "homeserver"> {
	readonly storage: FindDeviceDeps["storage"] & ResetUnderWayStorage;
	readonly homeserver: FindDeviceDeps["homeserver"] & DeviceNaming;
	readonly clock: Clock;
}

/**
 * GET and POST /account/devices/{deviceId}/name: what the device is called. Its app can name it too, so it takes no
 * password; the homeserver is told at once or not at all, so that nothing waits here that undoes what the app says next.
 * @see https://spec.matrix.org/v1.17/client-server-api/#put_matrixclientv3devicesdeviceid
 */
export function createDeviceNameRoutes(deps: DeviceNameDeps): Hono<Env> {
	const find = (c: Context<Env>, visitor: SignedInVisitor) =>
		findDevice(deps, visitor, asDeviceId(c.req.param("deviceId") ?? ""));
	return new Hono<Env>()
		.get("/account/devices/:deviceId/name", async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const found = await find(c, met.visitor);
			return found instanceof Response ? found : show(met.visitor, found);
		})
		.post(
			"/account/devices/:deviceId/name",
			signedInPost<FoundOnDevice>(deps, {
				find,
				purpose: purposeOf,
				choose: ({ visitor, found, form }) => needsNoProof(() => rename(deps, visitor, { found, form })),
				again: ({ visitor, found, form }, refusal) =>
					show(visitor, found, { typed: typedName(form), refusal }),
			}),
		);
}

type FoundOnDevice = FoundDevice<SessionOnDevice>;

/** Longer than any that is taken: the homeserver decides, and none is cut short unseen. */
const longestRead = 4096;

/** As it will be shown: a name in which nothing is hidden and nothing reorders what stands around it. */
function typedName(form: Form): string {
	return safeText(form.text("name"), longestRead);
}

async function rename(
	{ storage, homeserver, clock }: DeviceNameDeps,
	visitor: SignedInVisitor,
	{ found: { device }, form }: { readonly found: FoundOnDevice; readonly form: Form },
): Promise<Response | Refusal | "signed-out"> {
	const { accountId, deviceId } = device;
	if (await isResetUnderWay(storage, accountId, clock())) return underWay;
	const { account, proof: by } = visitor.browserSession;
	const { localpart } = account;
	try {
		const displayName = typedName(form);
		const outcome = await homeserver.renameDevice({ by, localpart, deviceId, displayName });
		if (outcome.ok) return seeOther(devicePath(deviceId));
		switch (outcome.reason) {
			case "signed-out":
				return outcome.reason;
			case "no-such-device":
				return visitor.problem(noSuchDevice);
			case "too-long":
				return tooLong(outcome.atMost);
		}
	} catch (error) {
		if (error instanceof HomeserverUnavailable) return unanswered;
		throw error;
	}
}

function show(
	visitor: SignedInVisitor,
	found: FoundOnDevice,
	refused?: { readonly typed: string; readonly refusal: Refusal },
): Response {
	const { field, text } = refused?.refusal ?? {};
	const view = deviceNamePage({
		device: found.device,
		name: refused?.typed ?? safeText(found.name ?? "", longestRead),
		csrf: visitor.csrf(purposeOf(found)),
		...(text !== undefined && { problem: { text, isOfName: field !== undefined } }),
	});
	return visitor.show(view, refused?.refusal.options);
}

/** Good for the session it was shown for, not for one that took over the device since. */
function purposeOf({ device }: FoundDevice): string {
	return `device-name ${device.id}`;
}

function tooLong(most: number): Refusal {
	return { field: "name", text: say("devices.name-too-long", { most }), options: { status: 400 } };
}

const underWay = { text: say("devices.name-later"), options: { status: 409 } } as const;
const unanswered = { text: say("devices.name-unanswered"), options: unavailableOptions } as const;

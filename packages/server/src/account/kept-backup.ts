import { type AccountId, type KeptHold, versionsTaken } from "@countersign/core";
import { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { Kept } from "../kept/index.ts";
import { onDevices, type SessionOnDevice, type Sessions } from "../sessions/index.ts";
import { say } from "../words/index.ts";
import { ifAnswered } from "./if-answered.ts";
import { keptBackupPage, keptDecisions, keptPath } from "./pages/kept-backup.ts";
import type { HomeserverView } from "./ports.ts";
import {
	asksProof,
	type Deed,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface KeptBackupDeps extends SignedInPostDeps {
	readonly kept: Kept;
	readonly sessions: Pick<Sessions, "listOf">;
	readonly homeserver: Pick<HomeserverView, "deviceNames" | "keysIn">;
	readonly clock: Clock;
	/** Where what is deleted lies at another server: waits a moment until it is gone. Must not throw. */
	readonly afterRefusal?: (accountId: AccountId) => Promise<void>;
}

const purpose = "kept";
/** A page that can do without waits no longer. */
const patienceMs = 2_000;

/**
 * GET and POST /account/kept: what is kept from before a reset. Its person lets one app read it, or deletes it sooner;
 * both take a recent proof, and no token does either.
 */
export function createKeptBackupRoutes(deps: KeptBackupDeps): Hono<Env> {
	return new Hono<Env>()
		.get(keptPath, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? show(deps, met.visitor, c.req.query("device_id")) : met.answer;
		})
		.post(
			keptPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => purpose,
				choose: (visit) => choose(deps, visit),
				again: ({ c, visitor, form }, refusal) =>
					show(deps, visitor, form.value("device") ?? c.req.query("device_id"), refusal),
			}),
		);
}

async function choose(deps: KeptBackupDeps, { visitor, form }: Visit<undefined>): Promise<Deed | Refusal> {
	const { address, browserSession } = visitor;
	const decision = keptDecisions.find((one) => one === form.value("decision"));
	if (decision === "delete")
		return needsProof("use-kept", async (proof) => {
			// Sent twice, or over meanwhile: it is gone, as was wanted, and the page says so.
			if (await deps.kept.dropNow({ proof, address })) await deps.afterRefusal?.(proof.accountId);
			return seeOther(keptPath);
		});
	const devices = await readersOf(deps, browserSession.account.id);
	const session = devices.find(({ id }) => id === form.value("device"));
	if (decision === undefined || session === undefined) return noneChosen;
	return needsProof("use-kept", async (proof) =>
		(await deps.kept.letRead({ proof, session, address })) ? seeOther(keptPath) : gone,
	);
}

const noneChosen: Refusal = { text: say("kept.choose"), options: { status: 400 } };
/** Deleted, or over, since the page was shown. */
const gone: Refusal = { text: say("kept.gone"), options: { status: 409 } };

async function show(
	deps: KeptBackupDeps,
	visitor: SignedInVisitor,
	chosen: string | undefined,
	refusal?: Refusal,
): Promise<Response> {
	const { id } = visitor.browserSession.account;
	const [kept, devices, names] = await Promise.all([
		deps.kept.list(id),
		readersOf(deps, id),
		ifAnswered(deps.homeserver.deviceNames(id), patienceMs),
	]);
	const view = keptBackupPage({
		kept: await Promise.all(kept.map((hold) => counted(deps, hold))),
		devices: devices.map((device) => ({ device, name: names?.get(device.deviceId) })),
		chosen,
		csrf: visitor.csrf(purpose),
		asks: await asksProof(deps, "use-kept", visitor),
		problem: refusal,
		now: deps.clock(),
	});
	return visitor.show(view, refusal?.options);
}

/** What is read is encrypted, and of use to an app on a device. */
async function readersOf({ sessions }: KeptBackupDeps, id: AccountId): Promise<readonly SessionOnDevice[]> {
	return onDevices(await sessions.listOf(id));
}

async function counted({ homeserver }: KeptBackupDeps, hold: KeptHold) {
	const [version] = versionsTaken(hold);
	return { hold, keys: await ifAnswered(homeserver.keysIn(hold.accountId, version), patienceMs) };
}

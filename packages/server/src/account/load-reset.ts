import {
	type AccountId,
	type Holds,
	isLive,
	isLiveAt,
	type ResetRequest,
	type ResetRequests,
	requestAt,
	type Transactions,
} from "@countersign/core";
import type { SecurityEvents } from "../audit/index.ts";
import type { Clock } from "../config/ports.ts";
import type { Sessions } from "../sessions/index.ts";
import { deviceNames } from "./device-names.ts";
import { ifAnswered } from "./if-answered.ts";
import { hasNamesake, type NamedDevices } from "./namesakes.ts";
import { claim, hostOf, ownName } from "./pages/device-words.ts";
import { stageOf } from "./pages/reset-stage.ts";
import type { Asking, ResetContext, ResetView } from "./pages/reset-view.ts";
import type { AskingSession, HomeserverView, IdentityTruth, SessionFacts } from "./ports.ts";

export interface LoadResetDeps {
	readonly storage: Transactions<{
		readonly requests: Pick<ResetRequests, "find" | "ofAccount">;
		readonly sessionFacts: SessionFacts;
		readonly events: Pick<SecurityEvents, "list">;
		readonly holds: Pick<Holds, "kept">;
	}>;
	readonly homeserver: HomeserverView;
	readonly sessions: Pick<Sessions, "listOf">;
	readonly clock: Clock;
}

/** How long the page waits for the homeserver's keys. It looks again every few seconds while something moves. */
const patienceMs = 2_000;

/** The request as it stands now, if it is this person's. Unknown and somebody else's are one answer. */
export async function ownRequest(
	{ storage, clock }: Pick<LoadResetDeps, "storage" | "clock">,
	accountId: AccountId,
	reference: string,
): Promise<ResetRequest | undefined> {
	const request = await storage.read.requests.find({ reference });
	return request?.accountId === accountId ? requestAt(request, clock()) : undefined;
}

/** Gathers what the approval page shows: the row, the session that asks, and the homeserver's own keys. */
export async function loadReset(
	deps: LoadResetDeps,
	request: ResetRequest,
	visit: Omit<ResetContext, "asking" | "now"> & { readonly browserAddress: string },
): Promise<ResetView> {
	const { storage } = deps;
	const now = deps.clock();
	const { browserAddress, ...context } = visit;
	const [known, requests, truth, nameOf, takenBack, putBack, devices] = await Promise.all([
		storage.read.sessionFacts.find(request.sessionId),
		storage.read.requests.ofAccount(request.accountId, now),
		ifAnswered(deps.homeserver.identityOf(request.accountId), patienceMs),
		deviceNames(deps.homeserver, request.accountId),
		wasTakenBack(deps, request),
		whatIsBack(deps, request),
		deps.sessions.listOf(request.accountId),
	]);
	const session = known && { ...known, deviceName: nameOf(known) };
	const signedOut = session?.ended ?? true;
	const stage = stageOf({
		request,
		live: requests.filter((one) => isLiveAt(one, now)),
		truth,
		signedInAt: session?.createdAt,
		signedOut,
		browserAddress,
		takenBack,
		now,
	});
	return {
		...context,
		...stage,
		now,
		asking: asking(request, {
			session,
			truth,
			signedOut,
			browserAddress,
			putBack,
			named: { devices, nameOf },
		}),
	};
}

/** The device that asks, fit to be shown: its name where it says more than the app's. */
export function askingDevice(
	{ deviceId }: ResetRequest,
	session: AskingSession | undefined,
	named: NamedDevices,
): Asking["device"] {
	const name = session && ownName(session, session.deviceName);
	const device = { deviceId, name };
	return { ...device, id: claim(deviceId, 60) ?? "", hasNamesake: hasNamesake(device, named) };
}

/** Whether the last answer before this refusal was an approval; the person's own log knows. Beyond its end it was none. */
async function wasTakenBack({ storage }: LoadResetDeps, request: ResetRequest): Promise<boolean> {
	if (request.state !== "denied") return false;
	const { accountId, deviceId, reference } = request;
	const answers = await storage.read.events.list(accountId, { limit: 50, kinds: [...answered], deviceId });
	const [, before] = answers.filter(({ detail }) => detail.request === reference);
	return before?.kind === "reset-approved";
}

/** What was put back after this request, as the person's own log knows. */
async function whatIsBack({ storage }: LoadResetDeps, request: ResetRequest): Promise<Asking["putBack"]> {
	if (isLive(request)) return undefined;
	const { accountId, deviceId, createdAt } = request;
	const { holds } = storage.read;
	const [last] = await storage.read.events.list(accountId, { limit: 1, kinds: [...removed] });
	if (last === undefined || last.at < createdAt || last.kind === "reset-data-held") return undefined;
	if (last.kind === "reset-data-back") return "whole";
	// Of another request something may be kept, too: whoever reads this is not to count on that.
	const isKept = (await holds.kept(accountId)).some(
		({ isBack, devices, endedAt }) => isBack && devices.includes(deviceId) && endedAt >= createdAt,
	);
	return isKept ? "aside" : "in-part";
}

const removed = ["reset-data-held", "reset-data-back", "reset-data-back-in-part"] as const;

const answered = ["reset-approved", "reset-denied", "reset-reopened"] as const;

function asking(
	request: ResetRequest,
	known: {
		readonly session: AskingSession | undefined;
		readonly truth: IdentityTruth | undefined;
		readonly signedOut: boolean;
		readonly browserAddress: string;
		readonly putBack: Asking["putBack"];
		readonly named: NamedDevices;
	},
): Asking {
	const { session, truth, signedOut, browserAddress, putBack, named } = known;
	return {
		reference: request.reference,
		app: { name: claim(session?.clientName, 60), host: hostOf(session?.clientUri) },
		device: askingDevice(request, session, named),
		signedInAt: session?.createdAt,
		signedInAddress: session?.signedInAddress,
		signedOut,
		askedAt: request.createdAt,
		lastAskedAt: request.lastUploadAt,
		address: request.address,
		browserAddress,
		newKey: request.masterKey,
		currentKey: truth?.masterKey,
		backup: truth?.backup,
		putBack,
	};
}

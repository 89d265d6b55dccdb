import type { IncomingMessage } from "node:http";
import {
	type AccountId,
	defaultKeyType,
	type Holds,
	holdBack,
	holdSecrets,
	isSwitchedOff,
	type LiveSessions,
	markTypes,
	noteWanted,
	type Throttled,
	type Transactions,
	takesAway,
	type UploadUnit,
} from "@countersign/core";
import { type DeviceId, isRecord, member, opensClientApi, parseDeviceId } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import type { UploadAnswer } from "../device-signing/index.ts";
import { clientAddressOf, type Form, readIncoming, userAgentOf } from "../http/index.ts";
import { parseJsonObject } from "../matrix-api/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { type Claims, claimsOf } from "./caller.ts";
import { isSameSecret } from "./foreign.ts";
import type { HandedOn, HandOn, Said } from "./ports.ts";
import {
	done,
	noBackup,
	noDevice,
	noVersion,
	passed,
	refused,
	tooOften,
	twice,
	wrongMethod,
} from "./undo-answers.ts";
import { accountDataPath, homeserverPath, type UndoPath, versionFrom } from "./undo-paths.ts";

/** What apps take away, as far as the guard has to know it. */
interface UndoUnit extends Omit<UploadUnit, "keys" | "holds" | "sessions"> {
	readonly sessions: LiveSessions;
	readonly holds: Holds & {
		hiddenFrom(device: { readonly accountId: AccountId; readonly deviceId: DeviceId }): Promise<{
			readonly floor: number;
			readonly dehydratedDevice?: DeviceId;
		}>;
		releaseDehydrated(accountId: AccountId): Promise<void>;
	};
}

export interface UndoDeps {
	readonly storage: Transactions<UndoUnit> & {
		exclusively<T>(accountId: AccountId, work: () => Promise<T>): Promise<T>;
	};
	readonly authenticate: Sessions["authenticate"];
	readonly isOwnToken: (accessToken: string) => boolean;
	readonly asToken: string;
	readonly handOn: HandOn;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}

/** Of the body: a dehydrated device brings the private halves of some hundred keys. */
const undoBodyBytes = 1024 * 1024;

/** Which methods mean something on each; every other is refused, and not handed on. */
const methods: Readonly<Record<UndoPath["of"], readonly HandedOn["method"][]>> = {
	versions: ["GET", "POST"],
	version: ["GET", "PUT", "DELETE"],
	keys: ["DELETE"],
	"dehydrated-device": ["GET", "PUT", "DELETE"],
	"account-data": ["GET", "PUT"],
};

export function methodsOf(path: UndoPath): readonly string[] {
	return methods[path.of];
}

/** One request of an app of ours, read. */
interface Asked {
	readonly path: UndoPath;
	readonly method: HandedOn["method"];
	readonly query: Form;
	readonly body: Readonly<Record<string, unknown>> | undefined;
	readonly caller: Extract<Awaited<ReturnType<Sessions["authenticate"]>>, { ok: true }>["caller"];
	readonly address: string;
	/** Hands this on, or another one, in the name of the caller. */
	readonly handOn: (other?: Pick<HandedOn, "method" | "path">) => Promise<Said>;
}

/**
 * Answers what apps send on the way to a reset, in the place of the homeserver. What they take away there stands as it
 * stood until it is known whether the reset happens; to the device that took it, it is gone.
 */
export async function answerUndo(
	deps: UndoDeps,
	incoming: IncomingMessage,
	path: UndoPath,
): Promise<UploadAnswer> {
	const method = methods[path.of].find((one) => one === incoming.method);
	if (method === undefined) return wrongMethod(methods[path.of]);
	const claims = claimsOf(incoming);
	if (claims === undefined) return refused("missing");
	const isOwn = deps.isOwnToken(claims.accessToken);
	if (!isOwn && isSameSecret(claims.accessToken, deps.asToken)) return refused("unknown");
	const address = clientAddressOf(incoming);
	const known = isOwn ? await deps.authenticate(claims.accessToken, { address }) : undefined;
	if (known?.ok === false) return refused(known.reason);
	if (known?.ok === true && !opensClientApi(known.caller.scope)) return refused("other-purpose");
	const read = await bodyOf(incoming, method);
	if (!read.ok) return { status: read.status, body: read.refusal };
	const query = queryOf(path, claims, isOwn);
	if (query === undefined) return twice;
	const userAgent = userAgentOf(incoming.headers["user-agent"]);
	const from = {
		...{ isOwn, address, accessToken: claims.accessToken },
		...(userAgent !== undefined && { userAgent }),
	};
	const own = {
		method,
		path: homeserverPath(path),
		query,
		...(read.body !== undefined && { body: read.body }),
	};
	const handOn: Asked["handOn"] = (other = own) => deps.handOn({ ...from, ...other });
	if (known === undefined) return passed(await handOn());
	// Whoever sends a body decides when it ends, and may be signed out before.
	const still = method === "GET" ? known : await deps.authenticate(claims.accessToken, {});
	if (!still.ok) return refused(still.reason);
	const asked: Asked = {
		...{ path, method, query: claims.query, body: read.body, caller: still.caller, address, handOn },
	};
	if (method === "GET") return answerGet(deps, asked, path);
	return deps.storage.exclusively(still.caller.accountId, () => answerChange(deps, asked));
}

async function answerGet(deps: UndoDeps, { caller, handOn }: Asked, path: UndoPath): Promise<UploadAnswer> {
	if (path.of === "account-data") return passed(await handOn());
	const [{ floor, dehydratedDevice }, said] = await Promise.all([
		deps.storage.read.holds.hiddenFrom(caller),
		handOn(),
	]);
	if (path.of === "dehydrated-device")
		return dehydratedDevice !== undefined && deviceIn(said) === dehydratedDevice ? noDevice : passed(said);
	const version = path.of === "version" ? path.version : versionIn(said);
	return said.status === 200 && version <= floor ? noBackup : passed(said);
}

async function answerChange(deps: UndoDeps, asked: Asked): Promise<UploadAnswer> {
	const { path, method } = asked;
	switch (path.of) {
		case "versions":
			return makeVersion(deps, asked);
		case "version":
			return method === "DELETE"
				? removeVersion(deps, asked, path.version)
				: aboveFloor(deps, asked, path.version);
		case "keys": {
			const version = asked.query.value("version");
			return version === undefined ? noVersion : aboveFloor(deps, asked, versionFrom(version));
		}
		case "dehydrated-device":
			return method === "DELETE" ? removeDevice(deps, asked) : replaceDevice(deps, asked);
		case "account-data":
			return writeData(deps, asked, path);
	}
}

/** What is gone to this device is changed by it no more. */
async function aboveFloor(
	{ storage }: UndoDeps,
	{ caller, handOn }: Asked,
	version: number,
): Promise<UploadAnswer> {
	const { floor } = await storage.read.holds.hiddenFrom(caller);
	return version > floor ? passed(await handOn()) : noBackup;
}

async function makeVersion(deps: UndoDeps, asked: Asked): Promise<UploadAnswer> {
	const said = await asked.handOn();
	if (said.status === 200 && (await openBy(deps, asked)) !== undefined)
		await deps.storage.write((unit) => noteWanted(unit, { ...asked.caller, ...moment(deps) }));
	return passed(said);
}

/**
 * Apps take the backup away before they ask for a reset, and nobody can tell yet whether it will happen: the version
 * is gone to this device, and stands for all others until that is known.
 */
async function removeVersion(deps: UndoDeps, asked: Asked, version: number): Promise<UploadAnswer> {
	const { floor } = await deps.storage.read.holds.hiddenFrom(asked.caller);
	if (version === 0) return noBackup;
	if (version <= floor) return done;
	const found = await asked.handOn({ method: "GET", path: homeserverPath({ of: "version", version }) });
	// One that is not there, or was deleted before: there is nothing to lose.
	if (found.status !== 200) return found.status === 404 ? passed(await asked.handOn()) : passed(found);
	return (await holdIt(deps, asked, { version })) ?? done;
}

async function removeDevice(deps: UndoDeps, asked: Asked): Promise<UploadAnswer> {
	const hidden = await deps.storage.read.holds.hiddenFrom(asked.caller);
	const found = await asked.handOn({ method: "GET", path: homeserverPath(asked.path) });
	const dehydratedDevice = deviceIn(found);
	if (dehydratedDevice === undefined) return passed(found);
	if (dehydratedDevice === hidden.dehydratedDevice) return noDevice;
	const refusal = await holdIt(deps, asked, { dehydratedDevice });
	return refusal ?? { status: 200, body: { device_id: dehydratedDevice } };
}

/** A dehydrated device that another one takes the place of does not come back. */
async function replaceDevice(deps: UndoDeps, asked: Asked): Promise<UploadAnswer> {
	const said = await asked.handOn();
	const { accountId } = asked.caller;
	const open = await deps.storage.read.holds.open(accountId);
	if (said.status === 200 && open?.dehydratedDevice !== undefined)
		await deps.storage.write((unit) => unit.holds.releaseDehydrated(accountId));
	return passed(said);
}

/** Copied, and then passed on: an app that writes account data waits until its own write comes back to it. */
async function writeData(
	deps: UndoDeps,
	asked: Asked,
	{ userId, type }: Extract<UndoPath, { of: "account-data" }>,
): Promise<UploadAnswer> {
	const { caller, body: content = {} } = asked;
	if (userId === caller.userId && (await concerns(deps, asked, type))) {
		const found = await asked.handOn({ method: "GET", path: accountDataPath({ userId, type }) });
		if (found.status !== 200 && found.status !== 404) return passed(found);
		const before = found.status === 200 && isRecord(found.body) ? found.body : undefined;
		const refusal = await hold(deps, asked, (unit, taking) =>
			holdSecrets(unit, { ...taking, type, before, content }),
		);
		if (refusal !== undefined) return refusal;
	}
	return passed(await asked.handOn());
}

/** Whether this write takes something away, or belongs to an attempt to. A default key may also be a renewed one. */
async function concerns(deps: UndoDeps, asked: Asked, type: string): Promise<boolean> {
	const isIt = takesAway(type, asked.body ?? {}) || type === defaultKeyType;
	return isIt || (await openBy(deps, asked)) !== undefined;
}

const holdIt = (
	deps: UndoDeps,
	asked: Asked,
	what: { readonly version: number } | { readonly dehydratedDevice: DeviceId },
) =>
	hold(deps, asked, async (unit, taking) => {
		const held = await holdBack(unit, { ...taking, ...what });
		return held.kind === "throttled" ? held : undefined;
	});

type Taking = Omit<Parameters<typeof holdBack>[1], "version" | "dehydratedDevice">;

/** The token was good when the request came in; what counts is this moment. */
async function hold(
	deps: UndoDeps,
	asked: Asked,
	work: (unit: UndoUnit, taking: Taking) => Promise<Throttled | undefined>,
): Promise<UploadAnswer | undefined> {
	const { caller, address } = asked;
	const { accountId, deviceId } = caller;
	const switchedOff = await marksOf(deps, asked);
	return deps.storage.write(async (unit) => {
		if (!(await unit.sessions.isSignedIn(caller))) return refused("unknown");
		const taking = { ...moment(deps), accountId, deviceId, address, switchedOff };
		const throttled = await work(unit, taking);
		return throttled && tooOften(throttled);
	});
}

/** Which marks say already that no backup is wanted: only one that is set later says it of this deletion. */
async function marksOf(deps: UndoDeps, asked: Asked): Promise<readonly string[]> {
	const { accountId, userId } = asked.caller;
	if ((await deps.storage.read.holds.open(accountId)) !== undefined) return [];
	const marks = await Promise.all(
		markTypes.map(async (type) => {
			const { status, body } = await asked.handOn({
				method: "GET",
				path: accountDataPath({ userId, type }),
			});
			return status === 200 && isRecord(body) && isSwitchedOff(type, body) ? [type] : [];
		}),
	);
	return marks.flat();
}

async function openBy({ storage }: UndoDeps, { caller }: Asked) {
	const open = await storage.read.holds.open(caller.accountId);
	return open?.devices.includes(caller.deviceId) ? open : undefined;
}

function moment({ clock, random }: UndoDeps) {
	return { now: clock(), newToken: () => random.token() };
}

async function bodyOf(incoming: IncomingMessage, method: HandedOn["method"]) {
	if (method === "GET" || method === "DELETE") return { ok: true, body: undefined } as const;
	return parseJsonObject(await readIncoming(incoming, undoBodyBytes), {
		...{ strict: false, limitBytes: undoBodyBytes },
	});
}

/** What goes on of the query; undefined where a name stands twice, and two readers could take two values. */
function queryOf(
	{ of }: UndoPath,
	{ query }: Claims,
	isOwn: boolean,
): Readonly<Record<string, string>> | undefined {
	const names = [...(isOwn ? [] : queryNames), ...(of === "keys" ? ["version"] : [])];
	if (names.some((name) => query.repeated.includes(name))) return undefined;
	return Object.fromEntries(
		names.flatMap((name) => {
			const value = query.value(name);
			return value === undefined ? [] : [[name, value]];
		}),
	);
}

/** For whom an application service acts. */
const queryNames = ["user_id", "device_id", "org.matrix.msc3202.device_id"];

function versionIn({ body }: Said): number {
	const version = isRecord(body) ? member(body, "version") : undefined;
	return typeof version === "string" ? versionFrom(version) : Number.MAX_SAFE_INTEGER;
}

function deviceIn({ status, body }: Said): DeviceId | undefined {
	const id = parseDeviceId(isRecord(body) ? member(body, "device_id") : undefined);
	return status === 200 && id.ok ? id.value : undefined;
}

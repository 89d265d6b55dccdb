import { holdSecrets, isTaken, noteWanted, takesAway } from "@countersign/core";
import type { UploadAnswer } from "../device-signing/index.ts";
import { passed } from "./answer.ts";
import { done, noBackup, noDevice, noVersion } from "./undo-answers.ts";
import { type Asked, deviceIn, isSaid, toldIn, type UndoDeps, versionIn } from "./undo-asked.ts";
import { hold, holdIt, moment, openBy } from "./undo-holding.ts";
import { accountDataPath, homeserverPath, type UndoPath, versionFrom } from "./undo-paths.ts";

/** In its turn: nothing else of the account is changed meanwhile. */
export async function answerChange(deps: UndoDeps, asked: Asked): Promise<UploadAnswer> {
	const { path, method } = asked;
	switch (path.of) {
		case "versions":
			return makeVersion(deps, asked);
		case "version":
			return method === "DELETE"
				? removeVersion(deps, asked, path.version)
				: unlessTaken(deps, asked, path.version);
		case "keys": {
			const version = asked.query.value("version");
			return version === undefined ? noVersion : unlessTaken(deps, asked, versionFrom(version));
		}
		case "dehydrated-device":
			return method === "DELETE" ? removeDevice(deps, asked) : replaceDevice(deps, asked);
		case "account-data":
		case "removed-data":
			return writeData(deps, asked, path);
	}
}

/** What is gone to this device is changed by it no more. */
async function unlessTaken(
	{ storage }: UndoDeps,
	{ caller, handOn }: Asked,
	version: number,
): Promise<UploadAnswer> {
	const isHidden = isTaken(await storage.read.holds.hiddenFrom(caller), version);
	return isHidden ? noBackup : passed(await handOn());
}

async function makeVersion(deps: UndoDeps, asked: Asked): Promise<UploadAnswer> {
	const said = await asked.handOn();
	if (said.status === 200)
		await deps.storage.write((unit) => noteWanted(unit, { ...asked.caller, ...moment(deps) }));
	return passed(said);
}

/**
 * Apps take the backup away before they ask for a reset, and nobody can tell yet whether it will happen: the version
 * is gone to this device, and stands for all others until that is known.
 */
async function removeVersion(deps: UndoDeps, asked: Asked, version: number): Promise<UploadAnswer> {
	if (version === 0) return noBackup;
	if (isTaken(await deps.storage.read.holds.hiddenFrom(asked.caller), version)) return done;
	const found = await asked.handOn({ method: "GET", path: homeserverPath({ of: "version", version }) });
	// One that is not there, or was deleted before: there is nothing to lose.
	if (found.status !== 200) return found.status === 404 ? passed(await asked.handOn()) : passed(found);
	const latest = await asked.handOn({ method: "GET", path: homeserverPath({ of: "versions" }) });
	if (!isSaid(latest)) return passed(latest);
	const newest = versionIn(latest);
	const isSuperseded = newest !== undefined && newest > version;
	return (await holdIt(deps, asked, { version, isSuperseded })) ?? done;
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
	{ userId, type }: Extract<UndoPath, { of: "account-data" | "removed-data" }>,
): Promise<UploadAnswer> {
	const { caller, body: content = {} } = asked;
	if (userId === caller.userId && (await concerns(deps, asked, type))) {
		const found = await asked.handOn({ method: "GET", path: accountDataPath({ userId, type }) });
		if (!isSaid(found)) return passed(found);
		const before = toldIn(found);
		const refusal = await hold(deps, asked, (unit, taking) =>
			holdSecrets(unit, { ...taking, type, before, content }),
		);
		if (refusal !== undefined) return refusal;
	}
	return passed(await asked.handOn());
}

/** Whether this write takes something away, or belongs to an attempt to. */
async function concerns(deps: UndoDeps, asked: Asked, type: string): Promise<boolean> {
	return takesAway(type, asked.body ?? {}) || (await openBy(deps, asked)) !== undefined;
}

import { isTaken } from "@countersign/core";
import type { UploadAnswer } from "../device-signing/index.ts";
import { passed } from "./answer.ts";
import { noBackup, noDevice } from "./undo-answers.ts";
import { type AskedToRead, deviceIn, type UndoDeps, versionIn } from "./undo-asked.ts";

/** What is gone to this device is not there; all else is as the homeserver says. */
export async function answerGet(
	deps: UndoDeps,
	{ caller, handOn, path }: AskedToRead,
): Promise<UploadAnswer> {
	if (path.of === "account-data") return passed(await handOn());
	// The homeserver takes longer: it is asked before we look ourselves.
	const [said, hidden] = await Promise.all([handOn(), deps.storage.read.holds.hiddenFrom(caller)]);
	const { dehydratedDevice } = hidden;
	if (path.of === "dehydrated-device")
		return dehydratedDevice !== undefined && deviceIn(said) === dehydratedDevice ? noDevice : passed(said);
	const version = path.of === "version" && said.status === 200 ? path.version : versionIn(said);
	return version !== undefined && isTaken(hidden, version) ? noBackup : passed(said);
}

import type { IncomingMessage } from "node:http";
import { opensClientApi } from "@countersign/protocol";
import type { UploadAnswer } from "../device-signing/index.ts";
import { clientAddressOf, readIncoming, userAgentOf } from "../http/index.ts";
import { parseJsonObject, withoutDevice } from "../matrix-api/index.ts";
import { passed, refused, twice, wrongMethod } from "./answer.ts";
import { claimsOf, picked, queryNames } from "./caller.ts";
import { isSameSecret } from "./foreign.ts";
import type { HandedOn } from "./ports.ts";
import type { Asked, UndoDeps } from "./undo-asked.ts";
import { answerChange } from "./undo-changes.ts";
import { homeserverPath, type UndoPath } from "./undo-paths.ts";
import { answerGet } from "./undo-reads.ts";

/** Of the body: a dehydrated device brings the private halves of some hundred keys. */
const undoBodyBytes = 1024 * 1024;

/** Which methods mean something on each; every other is refused, and not handed on. */
const methods: Readonly<Record<UndoPath["of"], readonly HandedOn["method"][]>> = {
	versions: ["GET", "POST"],
	version: ["GET", "PUT", "DELETE"],
	keys: ["DELETE"],
	"dehydrated-device": ["GET", "PUT", "DELETE"],
	"account-data": ["GET", "PUT"],
	"removed-data": ["DELETE"],
};

export function methodsOf(path: UndoPath): readonly string[] {
	return methods[path.of];
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
	if (isSameSecret(claims.accessToken, deps.asToken)) return refused("unknown");
	const address = clientAddressOf(incoming);
	const known = isOwn ? await deps.authenticate(claims.accessToken, { address }) : undefined;
	if (known?.ok === false) return refused(known.reason);
	if (known?.ok === true && !opensClientApi(known.caller.scope)) return refused("other-purpose");
	const isWhole = incoming.complete;
	const read = await bodyOf(incoming, method);
	if (!read.ok) return { status: read.status, body: read.refusal };
	const names = [...(isOwn ? [] : queryNames), ...(path.of === "keys" ? ["version"] : [])];
	const query = picked(claims.query, names);
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
		body: read.body,
	};
	const handOn: Asked["handOn"] = (other = own) => deps.handOn({ ...from, ...other });
	if (known === undefined) return passed(await handOn());
	// Whoever sends a body decides when it ends, and may be signed out before: unless all of it was there with the answer.
	const still = isWhole ? known : await deps.authenticate(claims.accessToken, {});
	if (!still.ok) return refused(still.reason);
	const { caller } = still;
	const asked = { path, method, query: claims.query, body: read.body, address, handOn };
	if (method === "GET") return answerGet(deps, { ...asked, caller });
	const { deviceId } = caller;
	if (deviceId === null) return withoutDevice;
	return deps.storage.exclusively(caller.accountId, () =>
		answerChange(deps, { ...asked, caller: { ...caller, deviceId } }),
	);
}

async function bodyOf(incoming: IncomingMessage, method: HandedOn["method"]) {
	if (method === "GET" || method === "DELETE") return { ok: true, body: undefined } as const;
	return parseJsonObject(await readIncoming(incoming, undoBodyBytes), {
		...{ strict: false, limitBytes: undoBodyBytes },
	});
}

import { createHash, timingSafeEqual } from "node:crypto";
import type { AccountId, Transactions } from "@countersign/core";
import { isRecord, keySlots, localpartOf, member, parseUserId, serverNameOf } from "@countersign/protocol";
import type { SecurityEvents } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { UploadAnswer } from "../device-signing/index.ts";
import type { Form } from "../http/index.ts";
import { passed, twice } from "./answer.ts";
import { picked, queryNames } from "./caller.ts";
import type { ForeignUpload, ForwardForeign } from "./ports.ts";

export interface ForeignDeps {
	readonly storage: Transactions<{
		readonly accounts: {
			find(by: { readonly localpart: string }): Promise<{ readonly id: AccountId } | undefined>;
		};
		readonly events: Pick<SecurityEvents, "record">;
	}>;
	readonly forward: ForwardForeign;
	readonly serverName: string;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}

/**
 * Hands on what came with a token that is not one of ours. Whether it may do that the homeserver decides: the
 * specification lets an application service replace the keys of a person in its namespace, so that the person is told
 * of it in their security log.
 * @see https://spec.matrix.org/v1.17/application-service-api/#client-server-api-extensions
 */
export async function passForeign(
	deps: ForeignDeps,
	upload: Omit<ForeignUpload, "query" | "keys"> & {
		readonly query: Form;
		readonly body: Readonly<Record<string, unknown>>;
	},
): Promise<UploadAnswer> {
	const query = picked(upload.query, queryNames);
	if (query === undefined) return twice;
	const sent = keySlots.flatMap(({ name }) =>
		Object.hasOwn(upload.body, name) ? [[name, upload.body[name]] as const] : [],
	);
	const said = await deps.forward({ ...upload, query, keys: Object.fromEntries(sent) });
	if (said.status === 200) await note(deps, sent, upload.address);
	return passed(said);
}

/** Whether both are one secret, in a time that tells nothing of either. */
export function isSameSecret(one: string, other: string): boolean {
	const digest = (text: string) => createHash("sha256").update(text).digest();
	return timingSafeEqual(digest(one), digest(other));
}

/** Whose keys they are stands in the keys: the homeserver has stored none that name somebody else. */
async function note(
	{ storage, serverName, clock, random }: ForeignDeps,
	sent: readonly (readonly [string, unknown])[],
	address: string,
): Promise<void> {
	const [owner] = sent.map(([, key]) => (isRecord(key) ? member(key, "user_id") : undefined));
	const userId = parseUserId(owner);
	if (!userId.ok || serverNameOf(userId.value) !== serverName) return;
	const localpart = localpartOf(userId.value);
	await storage.write(async (unit) => {
		const account = await unit.accounts.find({ localpart });
		if (account === undefined) return;
		await unit.events.record({
			...{ id: random.token(), accountId: account.id, at: clock(), address },
			...{ kind: "identity-replaced-by-service", actor: { kind: "service" }, detail: {} },
		});
	});
}
